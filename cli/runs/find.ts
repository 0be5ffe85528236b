/** Finding runs by what people type. */
import { NAME_PATTERN, parseWorkflowId, workflowIdOf } from '../../spec/naming.ts';
import { didYouMean, usageError } from '../errors.ts';
import type { Temporal } from '../temporal.ts';
import { isNotFound } from '../temporal-errors.ts';
import { listRuns, type RunSummary } from './list.ts';

/** How far back an abbreviated run is looked for. */
const SEARCH_DEPTH = 1_000;
const SHOWN_CANDIDATES = 8;

export interface ResolveOptions {
  readonly newest?: boolean;
  readonly preferring?: (run: RunSummary) => boolean;
}

/**
 * The workflow id of the run that `text` stands for: a workflow id, `name/id`, or a part of it that no other run has.
 * Throws a user error where there is none, or more than one.
 *
 * @param options.newest whether a whole name stands for the newest run of that name: for what only reads, or tells of it
 *   why it cannot be done
 * @param options.preferring which of several runs is meant where one alone is so
 */
export async function resolveRun(
  temporal: Temporal,
  text: string,
  { newest = false, preferring }: ResolveOptions = {},
): Promise<string> {
  const exact = parseWorkflowId(text) ?? parseWorkflowId(`temper/${text}`);
  // Asked for by name, as lists are a moment behind.
  if (exact && (await exists(temporal, workflowIdOf(exact)))) return workflowIdOf(exact);
  const runs = await listRuns(temporal, { limit: SEARCH_DEPTH });
  const candidates = matching(runs, text);
  const [run] = candidates;
  if (run && candidates.length === 1) return run.run;
  const preferred = preferring ? candidates.filter(preferring) : [];
  if (preferred[0] && preferred.length === 1) return preferred[0].run;
  if (run && newest && preferred.length === 0 && candidates.every(({ name }) => name === text))
    return newestOf(candidates, run).run;
  if (!run) {
    const known = [...new Set(runs.flatMap(({ name, id }) => [name, `${name}/${id}`, id]))];
    const fix = didYouMean(text, known, 'list them with: temper ls');
    throw usageError('RunNotFound', `no run matches ${JSON.stringify(text)}`, fix);
  }
  const shown = candidates
    .slice(0, SHOWN_CANDIDATES)
    .map((each) => `  ${each.run}  ${each.outcome ?? each.stage ?? ''}`);
  const more = candidates.length - shown.length;
  throw usageError(
    'RunAmbiguous',
    [
      `${JSON.stringify(text)} stands for ${candidates.length} runs:`,
      ...shown,
      ...(more > 0 ? [`  and ${more} more`] : []),
    ].join('\n'),
    'name one of them, such as its last six characters',
  );
}

/** Lists begin with what is under way, which may have started before what is over. */
function newestOf(runs: readonly RunSummary[], first: RunSummary): RunSummary {
  return runs.reduce((newest, run) => (run.startedAt > newest.startedAt ? run : newest), first);
}

/** Whole names and ids go before parts of them. */
function matching(runs: readonly RunSummary[], text: string): RunSummary[] {
  const byId = runs.filter(({ id }) => id === text);
  if (byId.length > 0) return byId;
  const byName = NAME_PATTERN.test(text) ? runs.filter(({ name }) => name === text) : [];
  return byName.length > 0 ? byName : runs.filter(({ run }) => run.includes(text));
}

async function exists({ client }: Temporal, workflowId: string): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId).describe();
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
