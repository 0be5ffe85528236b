/** What custom models of Bedrock answer from, and how it is handled: a deployment, or a provisioned throughput. */
import type { BedrockClient, Tag } from '@aws-sdk/client-bedrock';
import { TAGS } from '../../spec/naming.ts';
import { bedrockTags, tagsOf } from '../bedrock/tags.ts';
import { errorTypeOf, failure, translateAwsError } from '../errors.ts';
import type { Tags } from '../ownership.ts';
import { onDemand } from './on-demand.ts';
import { provisioned } from './provisioned.ts';

/** Something that answers with a custom model, as it stands. */
export interface Server {
  /** What callers give as the model id. */
  readonly arn: string;
  readonly name: string;
  /** ARN of the custom model that answers. */
  readonly model: string;
  /** ARN of the one that is on its way. */
  readonly next?: string;
  /** ARN of the one that an update was to bring and did not. */
  readonly refused?: string;
  readonly state: 'busy' | 'ready' | 'failed';
  /** In AWS's words. */
  readonly status: string;
  readonly reason?: string;
  /** Of a provisioned throughput. */
  readonly modelUnits?: number;
}

/** What a server is made of, beside its name and its model. */
export type ServerOptions =
  | { readonly to: 'bedrock-on-demand' }
  | {
      readonly to: 'bedrock-provisioned';
      readonly modelUnits: number;
      readonly commitment: 'none' | 'one-month' | 'six-months';
      readonly guard?: Guard;
    };

/** Who deletes a provisioned throughput when its time is over; see workflows/bedrock/guard.ts. */
export interface Guard {
  /** Workflow id. */
  readonly id: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

export interface ServerRequest<O extends ServerOptions = ServerOptions> {
  readonly name: string;
  /** ARN of the custom model. */
  readonly model: string;
  readonly options: O;
}

/** The calls that one kind of server is handled by. */
export interface ServerKind<O extends ServerOptions> {
  /** For people. */
  readonly what: string;
  /** By name or ARN. */
  find(bedrock: BedrockClient, name: string): Promise<Server | undefined>;
  create(bedrock: BedrockClient, request: ServerRequest<O>, tags: Tag[]): Promise<unknown>;
  update(bedrock: BedrockClient, arn: string, model: string): Promise<unknown>;
  remove(bedrock: BedrockClient, arn: string): Promise<unknown>;
}

const KINDS = { 'bedrock-on-demand': onDemand, 'bedrock-provisioned': provisioned } as const;

export function kindOf({ to }: Pick<ServerOptions, 'to'>): ServerKind<ServerOptions> {
  // The table pairs each `to` with the kind whose options have it.
  return KINDS[to] as ServerKind<ServerOptions>;
}

/** The model that the server has, or is about to have. */
export const targetOf = ({ model, next }: Server): string => next ?? model;

/**
 * Creates the server, or finds that a former attempt has. `false` where somebody else has its name: Bedrock's create calls
 * have no error for that which could be told from others, so who has the name is looked up.
 */
export async function createServer(bedrock: BedrockClient, request: ServerRequest, tags: Tags): Promise<boolean> {
  const { name, options } = request;
  const kind = kindOf(options);
  const isOurs = async ({ arn }: Server): Promise<boolean> => {
    const found = await tagsOf(bedrock, arn);
    return [TAGS.run, TAGS.request].every((key) => found.get(key) === tags.get(key));
  };
  const existing = await kind.find(bedrock, name);
  if (existing) return isOurs(existing);
  try {
    await kind.create(bedrock, request, bedrockTags(tags));
    return true;
  } catch (error) {
    const type = errorTypeOf(error);
    const found =
      type === 'Conflict' || type === 'InvalidRequest' || type === 'QuotaExceeded'
        ? await kind.find(bedrock, name)
        : undefined;
    if (!found) throw translateAwsError(error, `create ${kind.what} ${name}`);
    return isOurs(found);
  }
}

/** What is thrown where a server is not what it was to become. */
export function serverFailed({ what }: ServerKind<ServerOptions>, { name, status, reason }: Server) {
  return failure('EndpointFailed', `${what} ${name} is ${status}: ${reason ?? 'no reason given'}`);
}
