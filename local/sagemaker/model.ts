import { ServiceModel } from '../aws/model.ts';

/** The operations that the region's SageMaker offers. */
export const model = new ServiceModel(new URL('model.generated.json', import.meta.url));
