/** What Temper has made in Bedrock and is still there, by its names and tags. */
import {
  ListCustomModelDeploymentsCommand,
  ListCustomModelsCommand,
  ListModelCustomizationJobsCommand,
  ListProvisionedModelThroughputsCommand,
} from '@aws-sdk/client-bedrock';
import type { AwsClients } from '../../activities/aws.ts';
import { tagsOf } from '../../activities/bedrock/tags.ts';
import { errorTypeOf } from '../../activities/errors.ts';
import { TAGS } from '../../spec/naming.ts';
import { all, type Candidate, type Made, madeByRuns } from './listing.ts';

export interface BedrockInventory {
  readonly customizationJobs: readonly Made[];
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
    const models = await madeByRuns(tagsIn, await unservedModels(clients));
    return { customizationJobs, customModels: models.filter(({ tags }) => !tags.has(TAGS.outcome)) };
  } catch (error) {
    if (errorTypeOf(error) !== 'AccessDenied') throw error;
    return { customizationJobs: [], customModels: [], skipped: (error as Error).message };
  }
}
