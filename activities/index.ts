import type { AwsProvider } from './aws.ts';
import { createDeploymentActivities } from './deployment/deployment.ts';
import { createEvaluationActivities } from './evaluation/evaluation.ts';
import { heartbeating } from './heartbeating.ts';
import { createModelActivities } from './models.ts';
import { createTrainingActivities } from './sagemaker/training.ts';

/** Every activity of the pipeline's workers; the upload, which needs local files, is createDataActivities. */
export function createPipelineActivities(deps: { readonly aws: AwsProvider }) {
  return heartbeating({
    ...createModelActivities(deps),
    ...createTrainingActivities(deps),
    ...createEvaluationActivities(deps),
    ...createDeploymentActivities(deps),
  });
}
export type PipelineActivities = ReturnType<typeof createPipelineActivities>;
