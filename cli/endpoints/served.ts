/** What of Bedrock's answers under a name: a deployment, a provisioned throughput, or an imported model. */
import {
  ListCustomModelDeploymentsCommand,
  ListImportedModelsCommand,
  ListProvisionedModelThroughputsCommand,
} from '@aws-sdk/client-bedrock';
import type { AwsClients } from '../../activities/aws.ts';
import { tagsOf } from '../../activities/bedrock/tags.ts';
import { findImported, importedAs } from '../../activities/deployment/imported.ts';
import { onDemand } from '../../activities/deployment/on-demand.ts';
import { provisioned } from '../../activities/deployment/provisioned.ts';
import { unlessNotFound } from '../../activities/errors.ts';
import { TAGS } from '../../spec/naming.ts';

export interface Served {
  /** What is asked, as the model id. */
  readonly arn: string;
  /** Whether it takes Converse; other imported models take a prompt alone. */
  readonly converses: boolean;
  /** Workflow id of the run that trained what answers, where Temper did. */
  readonly run?: string;
}

const BEDROCK_ARN = /^arn:aws[a-z-]*:bedrock:[^:]*:\d*:(custom-model-deployment|provisioned-model|imported-model)\//;

/** The first that has the name, or the ARN. */
export async function findServed({ bedrock }: AwsClients, name: string): Promise<Served | undefined> {
  const kind = BEDROCK_ARN.exec(name)?.[1];
  for (const [of, servers] of [
    ['custom-model-deployment', onDemand],
    ['provisioned-model', provisioned],
  ] as const) {
    const server = kind === undefined || kind === of ? await servers.find(bedrock, name) : undefined;
    if (!server) continue;
    const { arn, model } = server;
    const tags = await unlessNotFound(`list the tags of ${model}`, () => tagsOf(bedrock, model));
    const run = tags?.get(TAGS.run);
    return { arn, converses: true, ...(run !== undefined && { run }) };
  }
  if (kind !== undefined && kind !== 'imported-model') return undefined;
  const own = await findImported(bedrock, name);
  if (own || kind !== undefined) return own;
  const releases = await importedAs(bedrock, name);
  return releases.find(({ proven }) => proven) ?? releases[0];
}

/** What there is to ask; none where it cannot be listed: there is an error to tell already. */
export async function namesServed({ bedrock }: AwsClients): Promise<string[]> {
  const listed = await Promise.allSettled([
    bedrock
      .send(new ListCustomModelDeploymentsCommand({ maxResults: 100 }))
      .then((page) => page.modelDeploymentSummaries?.map((each) => each.customModelDeploymentName)),
    bedrock
      .send(new ListProvisionedModelThroughputsCommand({ maxResults: 100 }))
      .then((page) => page.provisionedModelSummaries?.map((each) => each.provisionedModelName)),
    bedrock
      .send(new ListImportedModelsCommand({ maxResults: 100 }))
      .then((page) => page.modelSummaries?.map((each) => each.modelName)),
  ]);
  return listed
    .flatMap((list) => (list.status === 'fulfilled' ? (list.value ?? []) : []))
    .filter((name) => name !== undefined);
}
