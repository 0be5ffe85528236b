import type { SageMakerSpec } from './engine.ts';
import { imageUri } from './images.ts';
import type { Account, Serving, SourceBundle } from './record.ts';

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
