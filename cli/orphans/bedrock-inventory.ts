/** What Temper has made in Bedrock and is still there, by its names and tags. */
import {
  ListCustomModelDeploymentsCommand,
  ListCustomModelsCommand,
  ListEvaluationJobsCommand,
  ListModelCustomizationJobsCommand,
  ListModelInvocationJobsCommand,
  ListProvisionedModelThroughputsCommand,
} from '@aws-sdk/client-bedrock';
import type { AwsClients } from '../../activities/aws.ts';
import { tagsOf } from '../../activities/bedrock/tags.ts';
import { errorTypeOf } from '../../activities/errors.ts';
import { TAGS } from '../../spec/naming.ts';
import { all, type Candidate, type Made, madeByRuns } from './listing.ts';

export interface BedrockInventory {
  readonly customizationJobs: readonly Made[];
  readonly batchJobs: readonly Made[];
  readonly evaluationJobs: readonly Made[];
  /** Those that their runs were not through with, and that nothing has which serves. */
  readonly customModels: readonly Made[];
  /** Why it was not looked at, where these credentials have nothing to do with Bedrock. */
  readonly skipped?: string;
}

const PAGE = { maxResults: 100 };

/** Jobs that are not over, as those that are bill nothing more. */
async function jobsUnderWay({ bedrock }: AwsClients): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const statusEquals of ['InProgress', 'Stopping'] as const) {
    const filter = { ...PAGE, statusEquals, nameContains: 'train' };
    const jobs = await all(
      (nextToken) => bedrock.send(new ListModelCustomizationJobsCommand({ ...filter, nextToken })),
      (page) => page.modelCustomizationJobSummaries,
    );
    for (const { jobName, jobArn, creationTime } of jobs) {
      found.push({ name: jobName, arn: jobArn, status: statusEquals, since: creationTime });
    }
  }
  return found;
}

/** AWS takes no hyphen at the beginning. */
const OF_EVALUATIONS = 'eval';
const BATCH_STATUSES = ['Submitted', 'Validating', 'Scheduled', 'InProgress', 'Stopping'] as const;

/** Batch inference jobs that are not over. */
async function batchJobsUnderWay({ bedrock }: AwsClients): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const statusEquals of BATCH_STATUSES) {
    const filter = { ...PAGE, statusEquals, nameContains: OF_EVALUATIONS };
    const jobs = await all(
      (nextToken) => bedrock.send(new ListModelInvocationJobsCommand({ ...filter, nextToken })),
      (page) => page.invocationJobSummaries,
    );
    for (const { jobName, jobArn, submitTime } of jobs) {
      found.push({ name: jobName, arn: jobArn, status: statusEquals, since: submitTime });
    }
  }
  return found;
}

/** Evaluation jobs that are not over. */
async function evaluationJobsUnderWay({ bedrock }: AwsClients): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const statusEquals of ['InProgress', 'Stopping'] as const) {
    const filter = { ...PAGE, statusEquals, nameContains: OF_EVALUATIONS };
    const jobs = await all(
      (nextToken) => bedrock.send(new ListEvaluationJobsCommand({ ...filter, nextToken })),
      (page) => page.jobSummaries,
    );
    for (const { jobName, jobArn, creationTime } of jobs) {
      found.push({ name: jobName, arn: jobArn, status: statusEquals, since: creationTime });
    }
  }
  return found;
}

/** The ARNs of the custom models that answer, or are about to. */
async function servedModels({ bedrock }: AwsClients): Promise<Set<string>> {
  const deployments = await all(
    (nextToken) => bedrock.send(new ListCustomModelDeploymentsCommand({ ...PAGE, nextToken })),
    (page) => page.modelDeploymentSummaries,
  );
  const throughputs = await all(
    (nextToken) => bedrock.send(new ListProvisionedModelThroughputsCommand({ ...PAGE, nextToken })),
    (page) => page.provisionedModelSummaries,
  );
  const arns = [
    ...deployments.map(({ modelArn }) => modelArn),
    ...throughputs.flatMap(({ modelArn, desiredModelArn }) => [modelArn, desiredModelArn]),
  ];
  return new Set(arns.filter((arn) => arn !== undefined));
}

async function unservedModels(clients: AwsClients): Promise<Candidate[]> {
  const models = await all(
    (nextToken) => clients.bedrock.send(new ListCustomModelsCommand({ ...PAGE, nextToken })),
    (page) => page.modelSummaries,
  );
  const served = await servedModels(clients);
  return models
    .filter(({ modelArn }) => !served.has(modelArn ?? ''))
    .map(({ modelName, modelArn, creationTime }) => ({ name: modelName, arn: modelArn, since: creationTime }));
}

/** Takes stock of Bedrock. What may not be listed is no failure: an account may use SageMaker alone. */
export async function takeBedrockInventory(clients: AwsClients): Promise<BedrockInventory> {
  const tagsIn = (arn: string) => tagsOf(clients.bedrock, arn);
  try {
    // Jobs first: a job that ends meanwhile is met again as its model.
    const customizationJobs = await madeByRuns(tagsIn, await jobsUnderWay(clients));
    const batchJobs = await madeByRuns(tagsIn, await batchJobsUnderWay(clients));
    const evaluationJobs = await madeByRuns(tagsIn, await evaluationJobsUnderWay(clients));
    const models = await madeByRuns(tagsIn, await unservedModels(clients));
    const customModels = models.filter(({ tags }) => !tags.has(TAGS.outcome));
    return { customizationJobs, batchJobs, evaluationJobs, customModels };
  } catch (error) {
    if (errorTypeOf(error) !== 'AccessDenied') throw error;
    return {
      customizationJobs: [],
      batchJobs: [],
      evaluationJobs: [],
      customModels: [],
      skipped: (error as Error).message,
    };
  }
}
