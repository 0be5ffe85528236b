import { findModel, invocationId } from './models.ts';

/**
 * What to ask for answers of the model that is customized, in a region: its id, or that of an inference profile.
 * `undefined` for a custom model that is customized further: it answers only where it is deployed.
 */
export function baseModelId(base: string, region: string): string | undefined {
  if (/:custom-model\//.test(base)) return undefined;
  const model = findModel(base);
  return model ? invocationId(model, region) : base;
}
