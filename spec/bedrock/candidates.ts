/** The models that a data set could customize, those together that take the same of it. */
import { CUSTOMIZATION_NAMES } from './customization.ts';
import { BASE_MODELS, type BaseModel } from './models.ts';
import type { TrainingTarget } from './training-data.ts';

export interface Candidate {
  /** They take the same format, within the same limits. */
  readonly models: readonly BaseModel[];
  readonly target: TrainingTarget;
}

/** All of them, those that AWS no longer lists last. */
export function candidates(): Candidate[] {
  const groups = new Map<string, { models: BaseModel[]; target: TrainingTarget }>();
  for (const customization of CUSTOMIZATION_NAMES) {
    for (const model of BASE_MODELS) {
      const facts = model.customizations[customization];
      if (facts === undefined) continue;
      const { format, singleTurn, limits } = facts;
      // What is customized with images takes none of it, within whatever limits.
      const taken = format === 'image-caption' ? [] : [model.family, model.delisted, singleTurn, limits];
      const key = JSON.stringify([customization, format, ...taken]);
      const there = groups.get(key);
      if (there) there.models.push(model);
      else groups.set(key, { models: [model], target: { model, customization } });
    }
  }
  const isDelisted = ({ models }: Candidate): number => Number(models.every(({ delisted }) => delisted));
  return [...groups.values()].sort((a, b) => isDelisted(a) - isDelisted(b));
}
