/** A firing of a schedule: what was decided, on which evidence, and what came of it. Pure. */
import type { Failure, RunRecord } from './record.ts';

/** What can make a firing train. */
export const TRIGGERS = ['first', 'asked', 'always', 'newData', 'championAge', 'drift', 'liveMetric'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** What can keep a firing from training although there is a reason to. */
export const OBSTACLES = ['runOpen', 'paused', 'budget'] as const;
export type Obstacle = (typeof OBSTACLES)[number];

/** What was found of one trigger. */
export interface Finding {
  /** `first`: there is neither a version nor a run that was judged; `asked`: a person triggers the firing; `always`: the spec has no `when`. */
  readonly trigger: Trigger;
  /** Whether it is a reason to train. */
  readonly due: boolean;
  /** In words, with the figures that it was held against: `520 rows are new (data/b.jsonl), at least 500 wanted`. */
  readonly reason: string;
  /** What the reason was drawn from; small. */
  readonly evidence?: Evidence;
}

/** Numbers and names by what they are; rows, tables and files stay in S3. */
export type Evidence = Readonly<Record<string, unknown>>;

/** Who asked for a firing, and why in their words. */
export interface Asked {
  readonly by: string;
  readonly comment?: string;
}

/** What a firing decided; part of the record of the run that it starts. */
export interface RetrainDecision {
  /** Workflow id of the firing. */
  readonly firing: string;
  /** ISO 8601, as all times here. */
  readonly at: string;
  readonly decided: 'train' | 'skip';
  /** The one line that says why. */
  readonly reason: string;
  /** Each trigger that was looked at, in the order of the spec. */
  readonly findings: readonly Finding[];
  readonly asked?: Asked;
  /** Why a firing that had reason to train does not. */
  readonly obstacle?: Obstacle;
}

/** A firing from its decision to its end: its card in the ledger, and what its workflow returns. */
export interface Firing {
  /** RUN_VERSION of the code that wrote it. */
  readonly version: number;
  readonly name: string;
  /** When the schedule wanted it. */
  readonly scheduledAt: string;
  readonly decision: RetrainDecision;
  /** Workflow id of the run, where it trains. */
  readonly run?: string;
  /** The most that the run can cost, as far as prices are known: what is held against the month until it has ended. */
  readonly reservedUsd?: number;
  readonly outcome?: NonNullable<RunRecord['outcome']>;
  /** Of a run that failed. */
  readonly failure?: Pick<Failure, 'code' | 'message' | 'stage'>;
  /** What the run was billed by its record. */
  readonly billedUsd?: number;
  readonly endedAt?: string;
}
