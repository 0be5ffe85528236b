/** The champion: the newest model of a name that was handed over, and how it is asked, whichever engine made it. Pure. */
import type { Kind } from './data/examples.ts';
import type { CustomModelRef, ModelRef } from './record.ts';
import type { ConverseEvaluation, TransformEvaluation } from './schema/evaluate.ts';
import type { Spec } from './spec.ts';

/** What the candidate has to measure up to. */
export interface Champion {
  readonly model: ModelRef | CustomModelRef;
  readonly spec: ChampionSpec;
  /** Why it cannot be evaluated: it was deleted, or answers rows of another kind. */
  readonly gone?: string;
}

/** What of the spec of its own run says how it is asked, and by what it is served. */
export interface ChampionSpec extends Pick<Spec, 'name' | 'train' | 'deploy'> {
  /**
   * How a run on the other engine asks it, for no longer than that run says; one on the same engine asks it as its candidate, in
   * the champion's words.
   */
  readonly evaluate: Omit<TransformEvaluation, 'maxRuntime'> | Omit<ConverseEvaluation, 'maxRuntime'>;
}

/** Whether a run on another engine than the champion's meets it. */
export const isOfOtherEngine = ({ train }: Pick<Spec, 'train'>, champion: Pick<ChampionSpec, 'train'>): boolean =>
  train.engine !== champion.train.engine;

/**
 * Whether a model answers rows of a kind that was trained on another: a serving script reads the fields of its own kind
 * alone, and to Bedrock all is a conversation, but that labels have words of their own.
 */
export function answers(engine: Spec['train']['engine'], trainedOn: Kind, rows: Kind): boolean {
  if (trainedOn === rows) return true;
  return engine === 'bedrock' && trainedOn !== 'classification' && rows !== 'classification';
}
