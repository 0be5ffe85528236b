/** The decision of a person on a model that passed the gate: when one is asked for, and which ones count. Pure. */
import type { ScoreSummary } from './metrics.ts';
import type { ApprovalSpec } from './schema/approve.ts';

export const VERDICTS = ['approve', 'decline'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a person tells a run. */
export interface Decision {
  readonly verdict: Verdict;
  /** Who decides, by the name they give. */
  readonly by: string;
  /** {@link Approval.evidence} as they have seen it. */
  readonly evidence: string;
  /** Why; a decline needs one. */
  readonly comment?: string;
  /** Where it came from; the Temporal UI where nothing is said. */
  readonly how?: 'cli';
}

/** The decision that held. */
export interface Decided {
  readonly verdict: Verdict;
  /** Absent where the deadline decided. */
  readonly by?: string;
  /** ISO 8601, as all times here. */
  readonly at: string;
  readonly comment?: string;
  readonly evidence: string;
  readonly how: 'cli' | 'ui' | 'deadline';
}

/** A signal that did not count; whoever sends an update is told, and leaves no trace. */
export interface RefusedSignal {
  readonly at: string;
  readonly verdict: Verdict;
  readonly reason: string;
}

/** A decision that is asked for, and what came of it. */
export interface Approval {
  /** Why somebody is asked. */
  readonly reason: string;
  /** Stands for the model, its scores and the verdicts of the gate: another one means that they have changed. */
  readonly evidence: string;
  readonly since: string;
  readonly until: string;
  /** What holds when nobody has decided by then. */
  readonly otherwise: Verdict;
  /** Who may decide; absent where anybody may. */
  readonly approvers?: readonly string[];
  readonly reminders: { readonly sent: number; readonly of: number };
  /** The provisioned throughput of the candidate, which was given back so that it does not bill meanwhile. */
  readonly givenBack?: string;
  readonly decision?: Decided;
}

const shown = (score: number): string => score.toFixed(4);

/** Whether a person is to be asked about a model that passed the gate, and why, or why not. */
export function askingFor(
  { when, between }: Pick<ApprovalSpec, 'when' | 'between'>,
  candidate: ScoreSummary | undefined,
): { readonly asked: boolean; readonly reason: string } {
  if (when === 'manual' || !between) return { asked: true, reason: 'a person decides on each model' };
  const { metric, from, to } = between;
  const score = candidate?.metrics[metric] ?? Number.NaN;
  if (score > to) return { asked: false, reason: `${metric} ${shown(score)} is above ${to}` };
  return { asked: true, reason: `${metric} ${shown(score)} lies between ${from} and ${to}` };
}

/** The rule of the gate that `between` stands for: below its lower end a model is rejected, not asked about. */
export function lowerEnd(approve: Pick<ApprovalSpec, 'between'> | undefined): string | undefined {
  return approve?.between && `${approve.between.metric} >= ${approve.between.from}`;
}
