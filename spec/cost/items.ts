/** What a run pays for, one thing at a time. */
import type { Commitment } from './prices.ts';

/** Jobs of one stage on instances. */
export interface MachineCost {
  readonly by: 'machines';
  readonly stage: 'train' | 'evaluate';
  /** Of a job of the champion's alone, which is another engine's. */
  readonly who?: 'champion';
  /** The dearest, where there are several to choose from. */
  readonly instance: string;
  readonly jobs: number;
  /** Of each job. */
  readonly instances: number;
  /** Of each job. */
  readonly maxSeconds: number;
  /** Absent where the price is not known. */
  readonly usd?: number;
}

/** What is learnt, read or written, in tokens. */
export interface TokenCost {
  readonly by: 'tokens';
  readonly stage: 'train' | 'evaluate';
  /** Who learns or is asked. */
  readonly who: 'student' | 'base' | 'champion' | 'candidate' | 'judge';
  /** Its id; of champion and candidate, that of their base. */
  readonly model: string;
  /** Estimates; absent where the data has not been read. What is written is the most that may be. */
  readonly tokens?: { readonly learnt: number } | { readonly read: number; readonly written: number };
  /** Absent where the price or the number of tokens is not known. */
  readonly usd?: number;
}

/** Model units of a provisioned throughput, for as long as it may, or has to, be there. */
export interface UnitCost {
  readonly by: 'model units';
  /** What answers the evaluation alone, or serves. */
  readonly stage: 'evaluate' | 'deploy';
  /** The candidate, where nothing is said. */
  readonly who?: 'champion';
  readonly model: string;
  readonly modelUnits: number;
  readonly commitment: Commitment;
  readonly hours: number;
  readonly usd?: number;
}

export type CostItem = MachineCost | TokenCost | UnitCost;

/** What bills on after the run, until it is deleted. */
export type ServingCost =
  | {
      readonly to: 'sagemaker-endpoint';
      readonly instance: string;
      readonly instances: number;
      /** Of all instances; absent where the price is not known. */
      readonly usdPerHour?: number;
    }
  | {
      readonly to: 'bedrock-on-demand';
      readonly model: string;
      /** For what is read and written; nothing is billed while nobody asks. */
      readonly usdPerMillionTokens?: { readonly input: number; readonly output: number };
    }
  | {
      readonly to: 'bedrock-provisioned';
      readonly modelUnits: number;
      readonly commitment: Commitment;
      readonly usdPerHour?: number;
    }
  | {
      readonly to: 'bedrock-import';
      /** How many units a model takes is known once it is imported. */
      readonly usdPerUnit?: { readonly minute: number; readonly month: number };
    };

export interface Cost {
  /** What the run pays for, in the order of its stages. */
  readonly items: readonly CostItem[];
  /** Of all of them together; absent where one is not known. */
  readonly usd?: number;
  /** Whether numbers of tokens are in it, which are estimates. */
  readonly estimated: boolean;
  readonly serving?: ServingCost;
  /** For keeping a custom model of Bedrock; absent where the price is not known. */
  readonly usdPerModelMonth?: number;
  readonly unknown: readonly UnknownCost[];
}

/** What cannot be told. */
export interface UnknownCost {
  /** `ml.m5.large (transform)`, `training of amazon.nova-pro-v1:0` */
  readonly what: string;
  /** `tokens` where the data has to be read first; it is when the run does. */
  readonly lacks: 'price' | 'tokens';
  /** Whether a budget is held against it. */
  readonly budgeted: boolean;
}

/** Tells of something that a cost cannot be had of; gives nothing, for want of it. */
export type Lacking = (
  what: string,
  options?: { readonly of?: UnknownCost['lacks']; readonly budgeted?: boolean },
) => undefined;
