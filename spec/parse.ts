/** Reads `temper.yaml`: text in, a checked spec or every problem with its place out. */
import { LineCounter, parseDocument, type YAMLError } from 'yaml';
import { locate } from './locate.ts';
import { applyOverride, type NamedOverride, type Override } from './overrides.ts';
import { data } from './schema/data.ts';
import { lowerFirst } from './shown.ts';
import { type Spec, specSchema } from './spec.ts';
import { type Finding, findingsOf, type SpecProblem } from './spec-problems.ts';

export { formatProblems, type SpecProblem } from './spec-problems.ts';

export interface ParseOptions {
  /** How problems call the file; `temper.yaml` where not given. */
  readonly file?: string;
  /** Values that stand in for those of the file: `train.hyperparameters.epochs=15`, the value in YAML. */
  readonly overrides?: readonly (string | NamedOverride)[];
  /** Paths whose values in the file do not count: `retrain.every`. */
  readonly without?: readonly string[];
}

export type ParsedSpec =
  | { readonly ok: true; readonly spec: Spec }
  | {
      readonly ok: false;
      readonly problems: readonly SpecProblem[];
      /** The data section, where it is sound in spite of the rest. */
      readonly data?: Spec['data'];
    };

type Steps = readonly PropertyKey[];

const pathOf = (steps: Steps): string => steps.map(String).join('.');
const startsWith = (steps: Steps, prefix: Steps): boolean =>
  prefix.length <= steps.length && prefix.every((step, i) => String(step) === String(steps[i]));

/** Checks a spec. Nothing throws: every problem that can be seen at once is in the answer, by line. */
export function parseSpec(
  text: string,
  { file = 'temper.yaml', overrides = [], without = [] }: ParseOptions = {},
): ParsedSpec {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): Pick<SpecProblem, 'file' | 'line' | 'column'> => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const yamlErrors: YAMLError[] = [...document.errors, ...document.warnings];
  const problems = yamlErrors.map(({ code, message, pos }): SpecProblem => {
    if (code !== 'DUPLICATE_KEY') return { code: 'yaml_syntax', ...at(pos[0]), path: '', message: lowerFirst(message) };
    const key = /^[^\s:]+/.exec(text.slice(pos[0]))?.[0] ?? '';
    return {
      code: 'duplicate_key',
      ...at(pos[0]),
      path: '',
      message: `key ${key} stands here twice`,
      fix: 'remove one',
    };
  });

  for (const path of without) {
    const steps = path.split('.');
    if (document.hasIn(steps)) document.deleteIn(steps);
  }
  const applied: Override[] = [];
  for (const override of overrides) {
    const result = applyOverride(document, override);
    if ('option' in result) applied.push(result);
    else problems.push(result);
  }

  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    // Aliases without an anchor, or so many of them that the text would explode.
    const message = lowerFirst((error as Error).message);
    return { ok: false, problems: [...problems, { code: 'yaml_syntax', ...at(0), path: '', message }] };
  }

  const place = ({ steps, code }: Finding): Pick<SpecProblem, 'file' | 'line' | 'column'> => {
    const span = locate(document, steps);
    const offset =
      code === 'unknown_key' || code === 'invalid_key' ? (span.key ?? span.value) : (span.value ?? span.key);
    const override =
      applied.findLast((one) => startsWith(steps, one.steps)) ??
      (offset === undefined ? applied.findLast((one) => startsWith(one.steps, steps)) : undefined);
    if (override && span.found) return { file: override.option, line: 0, column: 0 };
    return at((span.found ? offset : (span.key ?? span.value)) ?? 0);
  };
  const checked = specSchema.safeParse(value);
  const valueAt = (steps: Steps): unknown =>
    steps.reduce<unknown>((inner, step) => (inner as Record<PropertyKey, unknown> | undefined)?.[step], value);
  const findings = checked.error?.issues.flatMap((issue) => findingsOf(issue, valueAt)) ?? [];
  const misspelt = new Set(findings.flatMap(({ meant }) => (meant ? [pathOf(meant)] : [])));
  // What follows broken YAML was read by guessing, so only what stands before it is told beside it.
  const broken = problems.find(({ code }) => code === 'yaml_syntax')?.line ?? Number.POSITIVE_INFINITY;
  for (const finding of findings) {
    const { steps, meant: _, ...problem } = finding;
    const found = place(finding);
    const isGuess = found.line >= broken || (finding.code === 'missing' && broken < Number.POSITIVE_INFINITY);
    if (isGuess || (finding.code === 'missing' && misspelt.has(pathOf(steps)))) continue;
    problems.push({ ...problem, ...found, path: pathOf(steps) });
  }
  if (checked.success && problems.length === 0) return { ok: true, spec: checked.data };
  const section = data.safeParse(valueAt(['data']));
  return {
    ok: false,
    problems: problems.sort((a, b) => a.line - b.line || a.column - b.column),
    ...(section.success ? { data: section.data } : {}),
  };
}
