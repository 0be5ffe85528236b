import type { AwsProvider } from './aws.ts';
import { createCustomizationActivities } from './bedrock/customization.ts';
import { createRetentionActivities } from './bedrock/retention.ts';
import { createDataActivities } from './data/activities.ts';
import { createCandidateActivities } from './deployment/candidate.ts';
import { createDeploymentActivities } from './deployment/deployment.ts';
import { createGuardActivities } from './deployment/guard.ts';
import { createImportActivities } from './deployment/import.ts';
import { createReleaseActivities } from './deployment/release.ts';
import { createBatchActivities } from './evaluation/batch/batch.ts';
import { createChampionActivities } from './evaluation/champion.ts';
import { createCompareActivities } from './evaluation/compare.ts';
import { createConverseActivities } from './evaluation/converse/converse.ts';
import { createEvaluationActivities } from './evaluation/evaluation.ts';
import { createEvaluationJobActivities } from './evaluation/job/evaluation-job.ts';
import { createJudgeActivities } from './evaluation/judge.ts';
import { heartbeating } from './heartbeating.ts';
import { createModelActivities } from './models.ts';
import { createMonitoringActivities } from './monitoring/activities.ts';
import { createNotifyActivities } from './notify.ts';
import { createRetrainingActivities } from './retraining/retraining.ts';
import { createTrainingActivities } from './sagemaker/training.ts';
import { createTakeoverActivities } from './takeover.ts';

/**
 * Every activity of the pipeline's workers: all but `prepareInputs`, which needs a person's files.
 *
 * @param deps `ui` is the address of Temporal's web UI, where it is known
 */
export function createPipelineActivities(deps: { readonly aws: AwsProvider; readonly ui?: string }) {
  const { prepareData } = createDataActivities(deps);
  const others = heartbeating({
    ...createModelActivities(deps),
    ...createTakeoverActivities(deps),
    ...createTrainingActivities(deps),
    ...createCustomizationActivities(deps),
    ...createRetentionActivities(deps),
    ...createEvaluationActivities(deps),
    ...createConverseActivities(deps),
    ...createBatchActivities(deps),
    ...createEvaluationJobActivities(deps),
    ...createJudgeActivities(deps),
    ...createChampionActivities(deps),
    ...createCompareActivities(deps),
    ...createDeploymentActivities(deps),
    ...createCandidateActivities(deps),
    ...createReleaseActivities(deps),
    ...createGuardActivities(deps),
    ...createImportActivities(deps),
    ...createMonitoringActivities(deps),
    ...createRetrainingActivities(deps),
    ...createNotifyActivities(deps),
  });
  return { prepareData, ...others };
}
export type PipelineActivities = ReturnType<typeof createPipelineActivities>;
