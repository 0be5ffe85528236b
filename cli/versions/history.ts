/** `temper history NAME`: the versions of a name, as their cards in the bucket tell. */
import { createAwsClients } from '../../activities/aws.ts';
import { newestVersions } from '../../activities/models.ts';
import { s3Keys } from '../../spec/naming.ts';
import { type Version, versionsOf } from '../../spec/version.ts';
import { awsFailure } from '../endpoints/aws-failure.ts';
import { type Environment, resolveRegion } from '../environment.ts';
import { usageError } from '../errors.ts';
import { withNow } from './serving.ts';

/** Where versions are looked for. */
export interface Place {
  readonly region?: string | undefined;
  readonly bucket?: string | undefined;
}

export interface History {
  readonly name: string;
  /** How many there are; not all of them need be told. */
  readonly total: number;
  /** The newest first. */
  readonly versions: readonly Version[];
}

/** With what AWS says of the places that serve. Throws a user error where it is not known where to look, or nothing of the name is there. */
export async function historyOf(
  environment: Environment,
  name: string,
  { limit, ...place }: Place & { readonly limit: number },
): Promise<History> {
  const { region, bucket } = await resolvePlace(environment, place);
  const clients = createAwsClients(region);
  try {
    const { cards, total } = await newestVersions(clients.s3, bucket, name, limit);
    if (total === 0) throw noVersions(name, bucket);
    const versions = await Promise.all(versionsOf(cards).map((version) => withNow(clients, version)));
    return { name, total, versions };
  } catch (error) {
    throw awsFailure(error, `read the versions of ${name}`);
  }
}

export async function resolvePlace(
  environment: Environment,
  { region: given, bucket: named }: Place,
): Promise<{ readonly region: string; readonly bucket: string }> {
  const region = given ?? (await resolveRegion(environment));
  const bucket = named ?? environment.variables.TEMPER_BUCKET;
  if (region && bucket) return { region, bucket };
  const missing = [...(region ? [] : ['--region (or AWS_REGION)']), ...(bucket ? [] : ['--bucket (or TEMPER_BUCKET)'])];
  throw usageError('AccountIncomplete', `not given where to look in AWS: ${missing.join(', ')}`, 'give them');
}

export function noVersions(name: string, bucket: string): Error {
  return usageError(
    'NoVersions',
    `no run of ${JSON.stringify(name)} has handed a model over: nothing lies under s3://${bucket}/${s3Keys.modelCards(name)}`,
    'look at its runs with: temper ls --name NAME; or correct the name, --region or --bucket',
  );
}
