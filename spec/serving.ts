import type { Deployment } from './deployment.ts';
import type { SageMakerSpec } from './engine.ts';
import { imageUri } from './images.ts';
import type { Account, Serving, SourceBundle, TrainedModel } from './record.ts';

/** How the spec's models are served: in script mode, by the serving script from the same bundle that trained. */
export function servingOf(spec: SageMakerSpec, source: SourceBundle, account: Account): Serving {
  return {
    image: imageUri(spec.serve.image ?? spec.train.image, account.region),
    environment: {
      SAGEMAKER_PROGRAM: spec.serve.script,
      SAGEMAKER_SUBMIT_DIRECTORY: source.uri,
      SAGEMAKER_CONTAINER_LOG_LEVEL: '20',
      SAGEMAKER_REGION: account.region,
    },
  };
}

/** The name under which it serves. */
export const nameOf = (deployment: Deployment): string =>
  deployment.to === 'sagemaker-endpoint' ? deployment.endpoint : deployment.name;

/** Where the model itself is. */
export const addressOf = (model: TrainedModel): string =>
  model.engine === 'sagemaker' ? model.artifact : model.customModel;
