/** What can be wrong with a `temper.yaml`, and how it is told. */
import type { z } from 'zod';
import type { SpecCode } from './errors/spec-file.ts';
import { schemasAt } from './json-schema.ts';
import { shown } from './shown.ts';
import { listed, nearest } from './suggest.ts';

export interface SpecProblem {
  readonly code: SpecCode;
  /** The file's name; for an override, the option as it was given. */
  readonly file: string;
  /** From 1; 0 for an override. */
  readonly line: number;
  /** From 1; 0 for an override. */
  readonly column: number;
  /** `train.instance`, `gate.0`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  /** What was received instead. */
  readonly value?: unknown;
  /** What to do. */
  readonly fix?: string;
}

/** What is wrong at a path, before its place in the file is known. */
export interface Finding extends Pick<SpecProblem, 'code' | 'message' | 'value' | 'fix'> {
  readonly steps: readonly PropertyKey[];
  /** For an unknown key: the path that was probably meant. */
  readonly meant?: readonly PropertyKey[];
}

/** One line for each problem: `temper.yaml:12:13  train.instance: what is wrong; what to do`. */
export function formatProblems(problems: readonly SpecProblem[]): string {
  return problems
    .map(({ file, line, column, path, message, fix }) => {
      const place = line > 0 ? `${file}:${line}:${column}` : file;
      return `${place}  ${path === '' ? '' : `${path}: `}${message}${fix ? `; ${fix}` : ''}`;
    })
    .join('\n');
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
};
const kind = (expected: string): string => KINDS[expected] ?? expected;

function descriptionOf(steps: readonly PropertyKey[]): string | undefined {
  return schemasAt(steps).find(({ description }) => description)?.description;
}

function unknownKey(steps: readonly PropertyKey[], key: string, value: unknown): Finding {
  const known = schemasAt(steps).flatMap(({ properties }) => Object.keys(properties ?? {}));
  const meant = nearest(key, known);
  return {
    code: 'unknown_key',
    steps: [...steps, key],
    message: 'unknown key',
    value,
    fix: meant ? `did you mean ${meant}?` : `known here: ${[...new Set(known)].join(', ')}`,
    ...(meant ? { meant: [...steps, meant] } : {}),
  };
}

function missing(steps: readonly PropertyKey[]): Finding {
  const description = descriptionOf(steps);
  return { code: 'missing', steps, message: 'missing', fix: description ? `add it: ${description}` : 'add it' };
}

function wrongType(steps: readonly PropertyKey[], expected: readonly string[], value: unknown): Finding {
  const message = `must be ${expected.map(kind).join(', or ')}, received ${shown(value)}`;
  const fix = fixOfType(steps, expected[0], value);
  return { code: 'wrong_type', steps, message, value, ...(fix ? { fix } : {}) };
}

function fixOfType(steps: readonly PropertyKey[], expected: string | undefined, value: unknown): string | undefined {
  if (steps.length === 0) return 'start with name:, data: and train:';
  if (expected === 'object' && value === null) return 'write {} for its defaults';
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return 'put it in quotes';
  return undefined;
}

function notAmong(steps: readonly PropertyKey[], options: readonly unknown[], value: unknown): Finding {
  const names = options.map(String);
  const meant = typeof value === 'string' ? nearest(value, names) : undefined;
  const message = `must be ${names.length > 1 ? 'one of ' : ''}${listed(names)}, received ${shown(value)}`;
  return { code: 'invalid_value', steps, message, value, ...(meant ? { fix: `did you mean ${meant}?` } : {}) };
}

/** Whether an alternative cannot be what was meant, as it is not even of the value's type. */
function isOfAnotherType([first]: readonly z.core.$ZodIssue[], value: unknown): boolean {
  if (first === undefined || first.path.length > 0) return false;
  return first.code === 'invalid_type' || (first.code === 'invalid_value' && typeof value !== typeof first.values[0]);
}

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' entries', object: ' keys' };

/** What zod found, in the words of people who write the file. `valueAt` gives what stands at a path. */
export function findingsOf(issue: z.core.$ZodIssue, valueAt: (steps: readonly PropertyKey[]) => unknown): Finding[] {
  const steps = issue.path;
  const value = valueAt(steps);
  const invalid = (message: string, fix?: string): Finding[] => [
    { code: 'invalid_value', steps, message: `${message}, received ${shown(value)}`, value, ...(fix ? { fix } : {}) },
  ];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(steps, key, valueAt([...steps, key])));
    case 'invalid_type':
      return [value === undefined ? missing(steps) : wrongType(steps, [issue.expected], value)];
    case 'invalid_value':
      return [value === undefined ? missing(steps) : notAmong(steps, issue.values, value)];
    case 'invalid_union': {
      if ('options' in issue && Array.isArray(issue.options)) {
        return [value === undefined ? missing(steps) : notAmong(steps, issue.options, value)];
      }
      const fitting = issue.errors.filter((problems) => !isOfAnotherType(problems, value));
      if (fitting.length === 1) {
        return (fitting[0] ?? []).flatMap((inner) =>
          findingsOf({ ...inner, path: [...steps, ...inner.path] } as z.core.$ZodIssue, valueAt),
        );
      }
      const alternatives = issue.errors.flatMap(([first]) => {
        if (first?.code === 'invalid_value') return [listed(first.values.map(String))];
        return first?.code === 'invalid_type' ? [first.expected] : [];
      });
      return [wrongType(steps, alternatives, value)];
    }
    case 'too_big':
      return invalid(`must be at most ${issue.maximum}${UNITS[issue.origin] ?? ''}`);
    case 'too_small':
      return invalid(`must be at least ${issue.minimum}${UNITS[issue.origin] ?? ''}`);
    case 'invalid_format':
      return invalid('not valid', issue.message);
    case 'invalid_key':
      return issue.issues.flatMap((inner) =>
        findingsOf({ ...inner, path: steps } as z.core.$ZodIssue, () => steps.at(-1)).map(
          (finding): Finding => ({ ...finding, code: 'invalid_key' }),
        ),
      );
    case 'custom':
      return [{ code: 'invalid_value', steps, message: issue.message, ...(value === undefined ? {} : { value }) }];
    default:
      return invalid('not valid');
  }
}
