/** What a plan needs to know of this machine and of AWS. Nothing is written anywhere. */
import { HeadBucketCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { type AwsClients, createAwsClients } from '../../activities/aws.ts';
import { describeEndpoint, ownerOf, servedRun } from '../../activities/deployment/endpoints.ts';
import { errorTypeOf, unlessNotFound } from '../../activities/errors.ts';
import { findBase } from '../../activities/models.ts';
import { parseS3Uri } from '../../activities/s3-uri.ts';
import { NO_PRICES } from '../../spec/cost/cost.ts';
import type { EndpointFacts, InputFacts, PlanFacts, Unknown } from '../../spec/plan.ts';
import type { Spec } from '../../spec/spec.ts';
import type { Context } from '../context.ts';
import { type Environment, findAccount } from '../environment.ts';
import { UserError, usageError } from '../errors.ts';
import { checkImages, type SpecFile } from '../runs/read-spec.ts';
import { codeFacts, dataFacts } from './inputs.ts';
import { knownPrices } from './prices.ts';

/** Everything that can be found out; what cannot be is told in `unknown`. */
export async function lookUp(context: Context, environment: Environment, file: SpecFile): Promise<PlanFacts> {
  const account = await findAccount(environment, file.spec);
  const { region, bucket } = account;
  if (region) checkImages(file, region);
  const prices = region ? await knownPrices(context, region) : NO_PRICES;
  const clients = region ? createAwsClients(region) : undefined;
  try {
    const looks = new Looks();
    const there =
      clients && bucket ? await looks.at(`bucket ${bucket}`, () => bucketOrNull(clients.s3, bucket)) : undefined;
    // Whoever cannot see the bucket cannot see what is in it.
    const s3 = there ? clients?.s3 : undefined;
    const { spec } = file;
    const { base: wanted } = spec.train;
    const [data, code, base, endpoint] = await Promise.all([
      looks.at('data', () => dataFacts(file, () => clients?.s3 ?? missingRegion())),
      codeFacts(file, bucket).then(
        async (local) => (s3 && (await looks.at('code', () => withPresence(s3, local)))) ?? local,
      ),
      s3 && bucket && wanted ? looks.at(`base ${wanted}`, () => baseOrNull(s3, wanted, bucket)) : undefined,
      clients && spec.deploy.to !== 'none'
        ? looks.at(`endpoint ${endpointName(spec)}`, () => endpointOrNull(clients.sagemaker, endpointName(spec)))
        : undefined,
    ]);
    return {
      account,
      prices,
      data: data ?? {},
      code,
      ...(there !== undefined && { bucket: there }),
      ...(base !== undefined && { base }),
      ...(endpoint !== undefined && { endpoint }),
      unknown: looks.unknown,
    };
  } finally {
    for (const client of Object.values(clients ?? {})) client.destroy();
  }
}

/** Looks one thing up after the other, and keeps what could not be. */
class Looks {
  readonly unknown: Unknown[] = [];

  async at<T>(what: string, look: () => Promise<T>): Promise<T | undefined> {
    try {
      return await look();
    } catch (error) {
      this.unknown.push({ what, why: reasonOf(error) });
      return undefined;
    }
  }
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

function endpointName({ name, deploy }: Spec): string {
  return deploy.to === 'none' ? name : (deploy.endpoint ?? name);
}

async function bucketOrNull(s3: AwsClients['s3'], bucket: string): Promise<'there' | null> {
  const found = await unlessNotFound(`look for bucket ${bucket}`, () =>
    s3.send(new HeadBucketCommand({ Bucket: bucket })),
  );
  return found ? 'there' : null;
}

/** What is named by its content is there, or it is not. */
async function withPresence<F extends InputFacts>(s3: AwsClients['s3'], facts: F): Promise<F> {
  const { uri } = facts;
  if (uri === undefined) return facts;
  const { bucket: Bucket, key: Key } = parseS3Uri(uri);
  const found = await unlessNotFound(`look for ${uri}`, () => s3.send(new HeadObjectCommand({ Bucket, Key })));
  return { ...facts, there: found !== undefined };
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

async function endpointOrNull(sagemaker: AwsClients['sagemaker'], name: string): Promise<EndpointFacts | null> {
  const endpoint = await describeEndpoint(sagemaker, name);
  if (!endpoint) return null;
  const [owner, serves] = await Promise.all([
    ownerOf(sagemaker, endpoint),
    servedRun(sagemaker, endpoint.EndpointConfigName ?? ''),
  ]);
  return {
    status: endpoint.EndpointStatus ?? '',
    ...(owner.name && { owner: owner.name }),
    ...(serves && { serves }),
  };
}
