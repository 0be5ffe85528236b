import { ServiceModel } from '../aws/model.ts';

/** AWS's model of the runtime: Converse and InvokeModel. */
export const RUNTIME = new ServiceModel(new URL('runtime-model.generated.json', import.meta.url));

/** The operations that the region's Bedrock offers: its control plane and its runtime. */
export const MODELS = [new ServiceModel(new URL('model.generated.json', import.meta.url)), RUNTIME] as const;
