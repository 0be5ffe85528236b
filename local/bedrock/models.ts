import { ServiceModel } from '../aws/model.ts';

/** The operations that the region's Bedrock offers: its control plane and its runtime. */
export const MODELS = [
  new ServiceModel(new URL('model.generated.json', import.meta.url)),
  new ServiceModel(new URL('runtime-model.generated.json', import.meta.url)),
] as const;
