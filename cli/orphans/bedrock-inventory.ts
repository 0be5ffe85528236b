/** What Temper has made in Bedrock and is still there, by its names and tags. */
import {
  ListCustomModelDeploymentsCommand,
  ListCustomModelsCommand,
  ListImportedModelsCommand,
  ListProvisionedModelThroughputsCommand,
} from '@aws-sdk/client-bedrock';
import type { AwsClients } from '../../activities/aws.ts';
import { tagsOf } from '../../activities/bedrock/tags.ts';
import { errorTypeOf, unlessNotFound } from '../../activities/errors.ts';
import type { Tags } from '../../activities/ownership.ts';
import type { Commitment } from '../../spec/cost/prices.ts';
import { TAGS } from '../../spec/naming.ts';
import {
  batchJobsUnderWay,
  customizationJobsUnderWay,
  evaluationJobsUnderWay,
  importJobsUnderWay,
  PAGE,
} from './bedrock-jobs.ts';
import { all, type Candidate, type Made, madeByRuns, mapped, patiently } from './listing.ts';

export interface BedrockInventory {
  readonly customizationJobs: readonly Made[];
  readonly batchJobs: readonly Made[];
  readonly evaluationJobs: readonly Made[];
  /** Those that their runs were not through with. */
  readonly customModels: readonly Made[];
  /** Whoever made them: what they answer with is in use. */
  readonly servers: readonly FoundServer[];
  readonly importJobs: readonly Made[];
  readonly importedModels: readonly Made[];
  /** Why it was not looked at, where these credentials have nothing to do with Bedrock. */
  readonly skipped?: string;
}

interface Listed {
  readonly kind: 'deployment' | 'provisioned throughput';
  readonly name: string;
  readonly arn: string;
  readonly status: string;
  readonly since?: string;
  /** ARNs of the custom models that answer, or are about to: the last one is what it is to have. */
  readonly models: readonly string[];
  readonly modelUnits?: number;
  readonly commitment?: Exclude<Commitment, 'none'>;
}

/** Any custom model deployment or provisioned throughput. */
export interface FoundServer extends Listed {
  /** Empty where Temper did not make it. */
  readonly tags: Tags;
  readonly modelTags: Tags;
}

const COMMITMENTS = { OneMonth: 'one-month', SixMonths: 'six-months' } as const;

async function customModels({ bedrock }: AwsClients): Promise<Candidate[]> {
  const models = await all(
    (nextToken) => bedrock.send(new ListCustomModelsCommand({ ...PAGE, nextToken })),
    (page) => page.modelSummaries,
  );
  return models.map(({ modelName, modelArn, creationTime }) => ({
    name: modelName,
    arn: modelArn,
    since: creationTime,
  }));
}

async function deployments({ bedrock }: AwsClients): Promise<Listed[]> {
  const found = await all(
    (nextToken) => bedrock.send(new ListCustomModelDeploymentsCommand({ ...PAGE, nextToken })),
    (page) => page.modelDeploymentSummaries,
  );
  return found.map(({ customModelDeploymentArn: arn = '', customModelDeploymentName: name = '', ...each }) => ({
    ...{ kind: 'deployment', name, arn, status: each.status ?? '' },
    ...(each.createdAt && { since: each.createdAt.toISOString() }),
    models: each.modelArn ? [each.modelArn] : [],
  }));
}

async function throughputs({ bedrock }: AwsClients): Promise<Listed[]> {
  const found = await all(
    (nextToken) => bedrock.send(new ListProvisionedModelThroughputsCommand({ ...PAGE, nextToken })),
    (page) => page.provisionedModelSummaries,
  );
  return found.map(({ provisionedModelArn: arn = '', provisionedModelName: name = '', ...each }) => ({
    ...{ kind: 'provisioned throughput', name, arn, status: each.status ?? '' },
    ...(each.creationTime && { since: each.creationTime.toISOString() }),
    models: [each.modelArn, each.desiredModelArn].filter((model) => model !== undefined),
    modelUnits: each.modelUnits ?? 1,
    ...(each.commitmentDuration && { commitment: COMMITMENTS[each.commitmentDuration] }),
  }));
}

/** What serves, with its tags and those of the model that it has, or is about to have. */
async function servers(clients: AwsClients, tagsIn: (arn: string) => Promise<Tags>): Promise<FoundServer[]> {
  const tagsOrNone = async (arn: string): Promise<Tags> =>
    (await patiently(() => unlessNotFound(`list the tags of ${arn}`, () => tagsIn(arn)))) ?? new Map();
  const listed = [...(await deployments(clients)), ...(await throughputs(clients))];
  return mapped(listed, async (server) => {
    const tags = await tagsOrNone(server.arn);
    const model = server.models.at(-1);
    const modelTags: Tags = model === undefined || !tags.has(TAGS.run) ? new Map() : await tagsOrNone(model);
    return { ...server, tags, modelTags };
  });
}

async function importedModels({ bedrock }: AwsClients): Promise<Candidate[]> {
  const models = await all(
    (nextToken) => bedrock.send(new ListImportedModelsCommand({ ...PAGE, nextToken })),
    (page) => page.modelSummaries,
  );
  return models.map(({ modelName, modelArn, creationTime }) => ({
    name: modelName,
    arn: modelArn,
    since: creationTime,
  }));
}

const NOTHING: BedrockInventory = {
  customizationJobs: [],
  batchJobs: [],
  evaluationJobs: [],
  customModels: [],
  servers: [],
  importJobs: [],
  importedModels: [],
};

/** Takes stock of Bedrock. What may not be listed is no failure: an account may use SageMaker alone. */
export async function takeBedrockInventory(clients: AwsClients): Promise<BedrockInventory> {
  const tagsIn = (arn: string) => tagsOf(clients.bedrock, arn);
  try {
    // Jobs first: a job that ends meanwhile is met again as its model.
    const customizationJobs = await madeByRuns(tagsIn, await customizationJobsUnderWay(clients));
    const importJobs = await madeByRuns(tagsIn, await importJobsUnderWay(clients));
    const batchJobs = await madeByRuns(tagsIn, await batchJobsUnderWay(clients));
    const evaluationJobs = await madeByRuns(tagsIn, await evaluationJobsUnderWay(clients));
    const models = await madeByRuns(tagsIn, await customModels(clients));
    return {
      ...{ customizationJobs, batchJobs, evaluationJobs, importJobs },
      customModels: models.filter(({ tags }) => !tags.has(TAGS.outcome)),
      servers: await servers(clients, tagsIn),
      importedModels: await madeByRuns(tagsIn, await importedModels(clients)),
    };
  } catch (error) {
    if (errorTypeOf(error) !== 'AccessDenied') throw error;
    return { ...NOTHING, skipped: (error as Error).message };
  }
}
