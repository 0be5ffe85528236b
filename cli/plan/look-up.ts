/** What a plan needs to know of this machine and of AWS. Nothing is written anywhere. */
import { HeadBucketCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { type AwsClients, createAwsClients } from '../../activities/aws.ts';
import { tagsOf } from '../../activities/bedrock/tags.ts';
import type { Reader } from '../../activities/data/source-rows.ts';
import { describeEndpoint, isUpdatable, ownerOf, servedRun } from '../../activities/deployment/endpoints.ts';
import { kindOf, targetOf } from '../../activities/deployment/servers.ts';
import { errorTypeOf, unlessNotFound } from '../../activities/errors.ts';
import { newestChampion } from '../../activities/evaluation/champion.ts';
import { findBase } from '../../activities/models.ts';
import { parseS3Uri } from '../../activities/s3-uri.ts';
import { takeoverProblem } from '../../spec/bedrock/serving.ts';
import { captureOf } from '../../spec/capture.ts';
import type { Champion, ChampionSpec } from '../../spec/champion.ts';
import { NO_PRICES } from '../../spec/cost/prices.ts';
import { isSageMaker, servedName } from '../../spec/engine.ts';
import { isRelativeToChampion } from '../../spec/gate.ts';
import { TAGS } from '../../spec/naming.ts';
import type { EndpointFacts, InputFacts, PlanFacts, Unknown } from '../../spec/plan.ts';
import { SERVED } from '../../spec/plan-steps.ts';
import type { Account } from '../../spec/record.ts';
import { topicRegion } from '../../spec/schema/notify.ts';
import type { Spec } from '../../spec/spec.ts';
import type { Context } from '../context.ts';
import { type Environment, findAccount, isBilled } from '../environment.ts';
import { UserError, usageError } from '../errors.ts';
import { checkRegion, type SpecFile } from '../runs/read-spec.ts';
import { codeInputs, dataFiles, dataInputs, type Inputs, type Sent } from './inputs.ts';
import { knownPrices } from './prices.ts';

export interface LookUpOptions {
  /** Whether the data is read and split, as a run does it: what it would send is known then, and not how large it is alone. */
  readonly readData: boolean;
}

/** Everything that can be found out; what cannot be is told in `unknown`. */
export async function lookUp(
  context: Context,
  environment: Environment,
  file: SpecFile,
  { readData }: LookUpOptions,
): Promise<PlanFacts> {
  const account = await findAccount(environment, file.spec);
  const { region, bucket } = account;
  if (region) checkRegion(file, region);
  const prices = region ? await knownPrices(context, region) : NO_PRICES;
  const clients = region ? createAwsClients(region) : undefined;
  const looks = new Looks();
  const { at } = looks;
  const ifGiven = <T>(what: string, look: false | undefined | (() => Promise<T>)) =>
    look ? at(what, look) : undefined;
  try {
    const there = await ifGiven(
      `bucket ${bucket}`,
      clients && bucket !== undefined && (() => bucketOrNull(clients.s3, bucket)),
    );
    // Whoever cannot see the bucket cannot see what is in it.
    const s3 = there ? clients?.s3 : undefined;
    const { spec } = file;
    const base = isSageMaker(spec) ? spec.train.base : undefined;
    const served = spec.deploy.to === 'none' ? undefined : servedName(spec);
    const captured = captureBucket(spec, bucket);
    const topic = spec.notify?.topic;
    const source = () => clients?.s3 ?? missingRegion();
    const [data, code, foundBase, foundEndpoint, foundCaptureBucket, foundTopic, champion] = await Promise.all([
      at('data', async () =>
        readData
          ? present('data', await dataInputs(file, { bucket, s3: source, ...readerOf(context) }), s3, looks)
          : dataFiles(file, source),
      ),
      isSageMaker(spec)
        ? codeInputs({ ...file, spec }, bucket).then((inputs) => present('code', inputs, s3, looks))
        : undefined,
      ifGiven(`base ${base}`, s3 && bucket !== undefined && base !== undefined && (() => baseOrNull(s3, base, bucket))),
      ifGiven(
        spec.deploy.to === 'none' ? 'what serves' : `${SERVED[spec.deploy.to]} ${served}`,
        clients && served !== undefined && (() => servedOrNull(clients, spec, served)),
      ),
      ifGiven(`bucket ${captured}`, clients && captured !== undefined && (() => bucketOrNull(clients.s3, captured))),
      ifGiven(`topic ${topic}`, topic !== undefined && (() => topicOrNull(topic))),
      ifGiven(
        'the champion',
        clients && s3 && spec.gate.some(isRelativeToChampion) && (() => championOf(clients, spec.name, account)),
      ),
    ]);
    return {
      account,
      billed: isBilled(environment, spec.train.engine),
      prices,
      data: data ?? {},
      ...(code && { code }),
      ...(there !== undefined && { bucket: there }),
      ...(foundBase !== undefined && { base: foundBase }),
      ...(foundEndpoint !== undefined && { endpoint: foundEndpoint }),
      ...(foundCaptureBucket !== undefined && { captureBucket: foundCaptureBucket }),
      ...(foundTopic !== undefined && { topic: foundTopic }),
      ...(champion && { champion }),
      unknown: looks.unknown,
    };
  } finally {
    for (const client of Object.values(clients ?? {})) client.destroy();
  }
}

export function readerOf({ output, signal }: Pick<Context, 'output' | 'signal'>): Reader {
  return {
    signal,
    onProgress: ({ file, bytes, total }) =>
      output.live(bytes < total ? `  reading ${file} · ${Math.floor((100 * bytes) / total)} %` : undefined),
  };
}

/** Looks that may fail, and what they were for. */
class Looks {
  readonly unknown: Unknown[] = [];

  readonly at = async <T>(what: string, look: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await look();
    } catch (error) {
      this.unknown.push({ what, why: reasonOf(error) });
      return undefined;
    }
  };
}

function missingRegion(): never {
  throw usageError('RegionMissing', 'not given which AWS region', 'set AWS_REGION');
}

/** In the words of AWS alone, so that one reason is told once, whatever could not be looked up for it. */
function reasonOf(error: unknown): string {
  const said = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const message = said instanceof Error ? said.message : String(said);
  const type = error instanceof UserError ? error.code : errorTypeOf(error);
  return `${type}: ${message.split('\n', 1)[0] || 'no reason given'}`;
}

/** The facts, with whether the bucket has what they are about, where that can be seen. */
async function present<F extends InputFacts>(
  what: string,
  { facts, sent }: Inputs<F>,
  s3: AwsClients['s3'] | undefined,
  { at }: Looks,
): Promise<F> {
  const there = s3 && sent.length > 0 ? await at(what, () => areThere(s3, sent)) : undefined;
  return there === undefined ? facts : { ...facts, there };
}

/** Where the endpoint's traffic is to be kept, where that is not the run's own bucket. */
function captureBucket(spec: Spec, bucket = ''): string | undefined {
  const { uri } = captureOf(spec, bucket) ?? {};
  const target = uri === undefined ? undefined : parseS3Uri(uri).bucket;
  return target === bucket ? undefined : target;
}

async function championOf(
  clients: AwsClients,
  name: string,
  { region, bucket }: Partial<Account>,
): Promise<Champion | undefined> {
  return region && bucket ? newestChampion(clients, { name, account: { region, bucket } }) : undefined;
}

/** How the champion that a rule asks for is asked; `undefined` where there is none, or it cannot be seen from here. */
export async function championMet(environment: Environment, spec: Spec): Promise<ChampionSpec | undefined> {
  const account = await findAccount(environment, spec);
  if (!account.region || !spec.gate.some(isRelativeToChampion)) return undefined;
  const clients = createAwsClients(account.region);
  try {
    const champion = await championOf(clients, spec.name, account);
    return champion?.gone === undefined ? champion?.spec : undefined;
  } catch {
    // The run looks again before it asks anybody, and tells what is in the way.
    return undefined;
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}

async function bucketOrNull(s3: AwsClients['s3'], bucket: string): Promise<'there' | null> {
  const found = await unlessNotFound(`look for bucket ${bucket}`, () =>
    s3.send(new HeadBucketCommand({ Bucket: bucket })),
  );
  return found ? 'there' : null;
}

/** It may be in another region than the run. */
async function topicOrNull(topic: string): Promise<'there' | null> {
  const { sns } = createAwsClients(topicRegion(topic));
  try {
    const found = await unlessNotFound(`look for topic ${topic}`, () =>
      sns.send(new GetTopicAttributesCommand({ TopicArn: topic })),
    );
    return found ? 'there' : null;
  } finally {
    sns.destroy();
  }
}

/** Whether the bucket has all of them: what is named by its content is there, or it is not. */
async function areThere(s3: AwsClients['s3'], sent: readonly Sent[]): Promise<boolean> {
  const found = await Promise.all(
    sent.map(async ({ uri, bytes }) => {
      const { bucket: Bucket, key: Key } = parseS3Uri(uri);
      const head = await unlessNotFound(`look for ${uri}`, () => s3.send(new HeadObjectCommand({ Bucket, Key })));
      return head?.ContentLength === bytes;
    }),
  );
  return found.every(Boolean);
}

async function baseOrNull(s3: AwsClients['s3'], base: string, bucket: string): Promise<PlanFacts['base']> {
  try {
    const { artifact, run } = await findBase(s3, base, bucket);
    return { artifact, ...(run && { run }) };
  } catch (error) {
    if (errorTypeOf(error) === 'BaseNotFound') return null;
    throw error;
  }
}

async function servedOrNull(clients: AwsClients, spec: Spec, name: string): Promise<EndpointFacts | null | undefined> {
  switch (spec.deploy.to) {
    case 'sagemaker-endpoint':
      return endpointOrNull(clients, name);
    case 'bedrock-on-demand':
    case 'bedrock-provisioned':
      return serverOrNull(clients, spec, spec.deploy.to, name);
    default:
      return undefined;
  }
}

async function serverOrNull(
  { bedrock }: AwsClients,
  spec: Spec,
  to: 'bedrock-on-demand' | 'bedrock-provisioned',
  name: string,
): Promise<EndpointFacts | null> {
  const server = await kindOf({ to }).find(bedrock, name);
  if (!server) return null;
  const owner = (await tagsOf(bedrock, server.arn)).get(TAGS.name);
  // Of a model that is gone nobody can tell whose it was.
  const model = await unlessNotFound('look up what serves', () => tagsOf(bedrock, targetOf(server)));
  const serves = model?.get(TAGS.run);
  const { train, deploy } = spec;
  const { base = '' } = train;
  const obstacle = takeoverProblem(server, deploy.to === 'bedrock-provisioned' ? { ...deploy, base } : { base });
  const { status } = server;
  // One that failed is deleted by the run that comes, and created anew.
  return { status, updatable: true, ...(owner && { owner }), ...(serves && { serves }), ...(obstacle && { obstacle }) };
}

async function endpointOrNull({ sagemaker }: AwsClients, name: string): Promise<EndpointFacts | null> {
  const endpoint = await describeEndpoint(sagemaker, name);
  if (!endpoint) return null;
  const status = endpoint.EndpointStatus ?? '';
  const [owner, serves] = await Promise.all([
    ownerOf(sagemaker, endpoint),
    servedRun(sagemaker, endpoint.EndpointConfigName ?? ''),
  ]);
  return {
    status,
    updatable: isUpdatable(status),
    ...(owner.name && { owner: owner.name }),
    ...(serves && { serves }),
  };
}
