import type { BedrockSpec } from '../spec/engine.ts';
import type { Evaluation } from '../spec/evaluation.ts';
import type { Contender } from '../spec/naming.ts';
import type { DataSet, ModelRef, SourceBundle } from '../spec/record.ts';
import type { CleanUp } from './clean-up.ts';
import type { FineTuneInput } from './messages.ts';
import type { Progress } from './progress.ts';

/** What every stage of a run works with. */
export interface RunContext extends FineTuneInput {
  readonly progress: Progress;
  readonly cleanUp: CleanUp;
}

/** The same, of a run whose model Bedrock customizes. */
export type BedrockRun = RunContext & { readonly spec: BedrockSpec };

/** What the data stage leaves. */
export interface Prepared {
  readonly data: DataSet;
  /** Absent where no code is needed. */
  readonly source?: SourceBundle;
  /** What SageMaker trains on from; of Bedrock's runs the spec names it. */
  readonly base?: ModelRef;
}

export type Evaluations = { readonly [C in Contender]?: Evaluation };
