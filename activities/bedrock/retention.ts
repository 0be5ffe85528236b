import {
  type BedrockClient,
  type CustomModelSummary,
  paginateListCustomModelDeployments,
  paginateListCustomModels,
  paginateListProvisionedModelThroughputs,
  TagResourceCommand,
} from '@aws-sdk/client-bedrock';
import { log } from '@temporalio/activity';
import { MADE_BY_A_RUN, type RunRef, TAGS } from '../../spec/naming.ts';
import type { Account, Result, Retention } from '../../spec/record.ts';
import type { AwsClients, AwsProvider } from '../aws.ts';
import { calling, translateAwsError, unlessNotFound } from '../errors.ts';
import { newestVersions } from '../models.ts';
import { isOpen } from '../open-runs.ts';
import type { Tags } from '../ownership.ts';
import { deleteCustomModel } from './custom-models.ts';
import { tagsOf } from './tags.ts';

/** Whose older models are to go. */
interface Handed {
  readonly run: RunRef;
  readonly account: Account;
  /** How many custom models of the name stay, where this one was handed over. */
  readonly keep: number;
}

/** A model that its run is through with. */
export interface Settlement extends Handed {
  /** ARN of the custom model. */
  readonly customModel: string;
  readonly outcome: Result;
}

/** The version that serves, and the one before it. */
const SERVED_LAST = 2;

/** Those of the name, the newest first. */
async function modelsNamed(bedrock: BedrockClient, name: string): Promise<CustomModelSummary[]> {
  const found: CustomModelSummary[] = [];
  await calling('list custom models', async () => {
    for await (const page of paginateListCustomModels({ client: bedrock }, { nameContains: `${name}-` })) {
      found.push(...(page.modelSummaries ?? []));
    }
  });
  const named = found.filter(({ modelName = '' }) => modelName.startsWith(`${name}-`) && MADE_BY_A_RUN.test(modelName));
  return named.sort((a, b) => (b.creationTime?.getTime() ?? 0) - (a.creationTime?.getTime() ?? 0));
}

/** Whether a custom model deployment or a provisioned throughput has the model. */
async function serves(bedrock: BedrockClient, modelArnEquals: string): Promise<boolean> {
  return calling(`see what serves ${modelArnEquals}`, async () => {
    const client = { client: bedrock };
    for await (const page of paginateListCustomModelDeployments(client, { modelArnEquals })) {
      if (page.modelDeploymentSummaries?.length) return true;
    }
    for await (const page of paginateListProvisionedModelThroughputs(client, { modelArnEquals })) {
      if (page.provisionedModelSummaries?.length) return true;
    }
    return false;
  });
}

/**
 * Deletes the custom models of a name that came before the newest ones, as far as nothing serves them and their runs are
 * through with them: a run under way may be about to evaluate or to deploy its own, or one that it goes back to. The version
 * before the one that serves is kept whatever `keep` says, as it is what a rollback goes back to.
 */
async function retire({ bedrock, s3 }: AwsClients, { run: { name }, account, keep }: Handed): Promise<Retention> {
  const { cards } = await newestVersions(s3, account.bucket, name, SERVED_LAST);
  const servedLast = new Set(cards.map(({ card: { model } }) => (model.engine === 'bedrock' ? model.customModel : '')));
  const ofName: { readonly modelName: string; readonly modelArn: string; readonly tags: Tags }[] = [];
  for (const { modelName = '', modelArn = '' } of await modelsNamed(bedrock, name)) {
    const tags = await unlessNotFound(`list the tags of ${modelArn}`, () => tagsOf(bedrock, modelArn));
    // A name may begin with another one: reviews-de is not of reviews.
    if (tags?.get(TAGS.name) === name) ofName.push({ modelName, modelArn, tags });
  }
  const deleted: string[] = [];
  let problem: string | undefined;
  for (const { modelName, modelArn, tags } of ofName.slice(keep)) {
    if (!tags.has(TAGS.outcome) || servedLast.has(modelArn) || (await serves(bedrock, modelArn))) continue;
    const run = tags.get(TAGS.run);
    if (run !== undefined && (await isOpen(run))) continue;
    try {
      await deleteCustomModel(bedrock, modelName);
      deleted.push(modelName);
    } catch (error) {
      const told = translateAwsError(error, `delete custom model ${modelName}`);
      if (!told.nonRetryable) throw told;
      problem ??= told.message;
    }
  }
  return { deleted, ...(problem && { problem }) };
}

/**
 * The same with the look that hands a model over, whose outcome is told already. Whatever stands in the way is no reason to
 * ask the model again: nothing comes of it then, and `settleModel` is left to try.
 */
export async function retireAtOnce(clients: AwsClients, handed: Handed): Promise<Retention | undefined> {
  try {
    return await retire(clients, handed);
  } catch (error) {
    log.warn('older custom models were not looked after with the hand-over', { error });
    return undefined;
  }
}

/** What becomes of custom models when their runs are through with them. */
export function createRetentionActivities({ aws }: { aws: AwsProvider }) {
  return {
    /** Writes down on the model that its run is through with it; after a hand-over, older ones go that are not kept. */
    async settleModel(settlement: Settlement): Promise<Retention> {
      const { account, customModel, outcome } = settlement;
      const clients = aws(account.region);
      const { bedrock } = clients;
      const tags = [{ key: TAGS.outcome, value: outcome }];
      await calling(`tag ${customModel}`, () =>
        bedrock.send(new TagResourceCommand({ resourceARN: customModel, tags })),
      );
      return outcome === 'passed' ? retire(clients, settlement) : { deleted: [] };
    },
  };
}
