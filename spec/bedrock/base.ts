/** The base model of a spec, as Bedrock's operations want it named. */
import { findModel, invocationId, isProfile } from './models.ts';

/** What is known of the model that a spec customizes: where it is newer than what is known, of the one that it is like. */
export function knownModel({ base, like }: { readonly base: string; readonly like?: string | undefined }) {
  return findModel(base) ?? (like === undefined ? undefined : findModel(like));
}

/**
 * What to ask for answers of the model that is customized, in a region: its id, or that of an inference profile.
 * `undefined` for a custom model that is customized further: it answers only where it is deployed.
 */
export function baseModelId(base: string, region: string): string | undefined {
  if (/:custom-model\//.test(base)) return undefined;
  const model = findModel(base);
  return model ? invocationId(model, region) : base;
}

/**
 * What a customization job wants for a base: the model's id with the length of its context, whatever id of it is given. A
 * length that is given, and a custom model that is customized further, stay as they are.
 */
export function customizationId(base: string): string {
  const isExact = /:custom-model\//.test(base) || /(^|foundation-model\/)[a-z0-9-]+\.[^/]+:\d+k$/.test(base);
  const model = isExact && !isProfile(base) ? undefined : findModel(base);
  return model?.customizedAs ?? base;
}
