/** What a spec's data is to train, where Bedrock customizes a model. */
import type { Example } from '../data/examples.ts';
import type { RowOptions } from '../data/formats.ts';
import { type BedrockSpec, isBedrock } from '../engine.ts';
import type { Spec } from '../spec.ts';
import { knownModel } from './base.ts';
import type { Customization, Limits } from './customization.ts';
import { limitsOf } from './models.ts';
import { type Looked, type TrainingTarget, trainingData } from './training-data.ts';

export interface SpecTarget extends TrainingTarget {
  readonly limits: Limits;
}

/** The model that a spec customizes, with the limits that it overrides. */
export function targetOf({ train }: BedrockSpec): SpecTarget {
  const { base, customization, prompt, hyperparameters, limits: overrides } = train;
  const model = knownModel(train);
  const facts = model?.customizations[customization];
  // The schema refuses what is not known.
  if (model === undefined || facts === undefined) throw new RangeError(`${base} is not known to take ${customization}`);
  const batchSize = Number(hyperparameters.batchSize ?? 1);
  return { model, customization, prompt, limits: limitsOf(facts, { batchSize, overrides }) };
}

/** How a spec's rows to train on are looked at and written; nothing where a script reads them as they are. */
export function trainingOf(spec: Spec): ((example: Example) => Looked) | undefined {
  return isBedrock(spec) ? trainingData(targetOf(spec)) : undefined;
}

/** Whether rows need no answer: a teacher gives it, or a grader judges what is answered. */
export const mayLackAnswers = (customization: Customization): boolean =>
  customization === 'distillation' || customization === 'reinforcement-fine-tuning';

/** How the rows of a spec are to be read. */
export function rowOptionsOf({ data, train }: Spec): RowOptions {
  const isOpen = train.engine === 'bedrock' && mayLackAnswers(train.customization);
  return { format: data.format, columns: data.columns, answers: isOpen ? 'optional' : undefined };
}
