/** Runs as a list, and as Temporal is asked for them. */
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { parseWorkflowId } from '../../spec/naming.ts';
import type { STAGES } from '../../spec/record.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import type { LISTED_OUTCOMES } from '../options.ts';
import type { Temporal } from '../temporal.ts';
import { unserved, versionListed } from '../workers/versions.ts';

/** One line of `temper ls`. */
export interface RunSummary {
  /** The workflow id. */
  readonly run: string;
  readonly name: string;
  readonly id: string;
  readonly engine?: string;
  readonly stage?: string;
  /** What it waits for, `quota`, as far as its workflow knows, or the worker that it lacks. */
  readonly waiting?: string;
  /** Build id of the workflow code that it has to end with; absent where any will do, and of a run that is over. */
  readonly version?: string;
  /** As in the record; `terminated` or `timed out` for a run that was ended from outside; absent while under way. */
  readonly outcome?: string;
  /** The first metric that is asked for, of the candidate; absent until it is known. */
  readonly score?: number;
  /** The name whose schedule started it. */
  readonly schedule?: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt?: string;
}

/** What runs are listed by; all of it holds. */
export interface RunFilter {
  readonly name?: string;
  readonly engine?: 'sagemaker' | 'bedrock';
  /** The one under way, or the last one. */
  readonly stage?: (typeof STAGES)[number];
  readonly outcome?: (typeof LISTED_OUTCOMES)[number];
  /** What they wait for, such as `approval`; `true` for anything. */
  readonly waiting?: string | true;
  /** Those that the schedule of this name has started; `true` for any schedule. */
  readonly schedule?: string | true;
  /** From this score on. */
  readonly minScore?: number;
}

/** The same as a query of Temporal's list filter, for its UI too. */
export function queryOf({ name, engine, stage, outcome, waiting, schedule, minScore }: RunFilter): string {
  const field = (key: keyof typeof searchAttributes): string => searchAttributes[key].name;
  const is = (key: keyof typeof searchAttributes, value: string | true | undefined, how = '='): string[] => {
    if (value === undefined) return [];
    return [value === true ? `${field(key)} IS NOT NULL` : `${field(key)} ${how} '${value}'`];
  };
  const ended = { running: 'Running', terminated: 'Terminated' } as const;
  const status = outcome === 'running' || outcome === 'terminated' ? ended[outcome] : undefined;
  return [
    "WorkflowType = 'fineTune'",
    ...is('name', name),
    ...is('engine', engine),
    ...is('stage', stage),
    ...(status ? [`ExecutionStatus = '${status}'`] : is('outcome', outcome)),
    ...is('waiting', waiting, 'STARTS_WITH'),
    ...is('schedule', schedule),
    ...(minScore === undefined ? [] : [`${field('score')} >= ${minScore}`]),
  ].join(' AND ');
}

/** Runs, newest first. */
export async function listRuns(
  { client }: Temporal,
  { limit, ...filter }: RunFilter & { readonly limit: number },
): Promise<RunSummary[]> {
  const runs: RunSummary[] = [];
  for await (const info of client.workflow.list({ query: queryOf(filter) })) {
    const summary = summaryOf(info);
    if (summary) runs.push(summary);
    if (runs.length === limit) break;
  }
  return runs;
}

function summaryOf(info: WorkflowExecutionInfo): RunSummary | undefined {
  const ref = parseWorkflowId(info.workflowId);
  if (!ref) return undefined;
  const { typedSearchAttributes: attributes, status } = info;
  const engine = attributes.get(searchAttributes.engine);
  const stage = attributes.get(searchAttributes.stage);
  const score = attributes.get(searchAttributes.score);
  const schedule = attributes.get(searchAttributes.schedule);
  const waiting = attributes.get(searchAttributes.waiting);
  const version = status.name === 'RUNNING' ? versionListed(info) : undefined;
  const outcome =
    attributes.get(searchAttributes.outcome) ??
    (status.name === 'RUNNING' ? undefined : status.name.toLowerCase().replace('_', ' '));
  return {
    run: info.workflowId,
    ...ref,
    ...(engine && { engine }),
    ...(stage && { stage }),
    ...(waiting && !outcome && { waiting }),
    ...(version && { version }),
    ...(outcome && { outcome }),
    ...(score !== undefined && { score }),
    ...(schedule && { schedule }),
    startedAt: info.startTime.toISOString(),
    ...(info.closeTime && { endedAt: info.closeTime.toISOString() }),
  };
}

/** The same runs; those whose version no worker has wait for one, whatever their workflow says. */
export async function withoutWorkers(temporal: Temporal, runs: readonly RunSummary[]): Promise<RunSummary[]> {
  const open = runs.flatMap(({ run, version }) => (version ? [{ workflowId: run, version }] : []));
  const lacking = await unserved(temporal, open);
  return runs.map((run) =>
    run.version && lacking.has(run.version) ? { ...run, waiting: `a worker of version ${run.version}` } : run,
  );
}
