import { ListEndpointsCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, ModelError } from '@aws-sdk/client-sagemaker-runtime';
import { type AwsClients, createAwsClients } from '../../activities/aws.ts';
import { errorTypeOf } from '../../activities/errors.ts';
import type { Context } from '../context.ts';
import { findEnvironment, resolveRegion } from '../environment.ts';
import { didYouMean, UserError, usageError } from '../errors.ts';
import { awsFailure } from './aws-failure.ts';
import type { InvokeRequest } from './request.ts';

export interface Answer {
  readonly contentType: string;
  /** As the model wrote it. */
  readonly body: string;
  /** The body's JSON documents: one, or one a line; absent where it holds something else. Of Bedrock a text a question. */
  readonly answers?: readonly unknown[];
  /** ARN of what answered, where that was Bedrock. */
  readonly model?: string;
  /** What Bedrock bills by. */
  readonly tokens?: { readonly input: number; readonly output: number };
  readonly milliseconds: number;
}

/** Sends one request to what serves under a name: an endpoint of SageMaker, or else what Bedrock has of that name. */
export async function invoke(
  context: Context,
  name: string,
  request: InvokeRequest,
  givenRegion: string | undefined,
): Promise<Answer> {
  const environment = await findEnvironment(context);
  const region = givenRegion ?? (await resolveRegion(environment));
  if (!region) throw usageError('RegionMissing', 'not given which AWS region', 'set AWS_REGION or give --region');
  const clients = createAwsClients(region);
  if (isBedrockArn(name)) return (await askBedrock(context, clients, name, request)) ?? fail(nothingThere(name, []));
  try {
    return await invokeEndpoint(context, clients, name, request);
  } catch (error) {
    // Who may ask Bedrock alone is told by SageMaker neither that there is such an endpoint nor that there is none.
    if (!isMissing(error) && errorTypeOf(error) !== 'AccessDenied') throw explained(error, name);
    const answer = await askBedrock(context, clients, name, request).catch((reason: unknown) => {
      if (reason instanceof UserError) throw reason;
      return undefined;
    });
    if (answer) return answer;
    if (!isMissing(error)) throw explained(error, name);
    const { namesServed } = await import('./served.ts');
    throw nothingThere(name, [...(await endpointNames(clients)), ...(await namesServed(clients))], error);
  }
}

function fail(error: Error): never {
  throw error;
}

async function invokeEndpoint(
  { signal }: Context,
  { runtime }: AwsClients,
  endpoint: string,
  { contentType, body }: InvokeRequest,
): Promise<Answer> {
  const started = performance.now();
  const response = await runtime.send(
    new InvokeEndpointCommand({ EndpointName: endpoint, ContentType: contentType, Accept: contentType, Body: body }),
    { abortSignal: signal },
  );
  const text = new TextDecoder().decode(response.Body);
  const answers = documentsIn(text);
  return {
    contentType: response.ContentType ?? contentType,
    body: text.trimEnd(),
    ...(answers && { answers }),
    milliseconds: Math.round(performance.now() - started),
  };
}

/** Nothing where Bedrock has nothing of that name. */
async function askBedrock(
  context: Context,
  clients: AwsClients,
  name: string,
  request: InvokeRequest,
): Promise<Answer | undefined> {
  // Loaded here, as each SDK takes a moment that only Bedrock's answers are worth.
  const [{ findServed }, { askServed }] = await Promise.all([import('./served.ts'), import('./converse.ts')]);
  try {
    const served = await findServed(clients, name);
    return served && (await askServed(context, clients, served, request));
  } catch (error) {
    throw awsFailure(error, `ask ${name}`);
  }
}

const isBedrockArn = (name: string): boolean => /^arn:aws[a-z-]*:bedrock:/.test(name);

const isMissing = (error: unknown): boolean => error instanceof Error && /endpoint .* not found/i.test(error.message);

function nothingThere(name: string, known: readonly string[], cause?: unknown): UserError {
  return new UserError('EndpointNotFound', `nothing is served as ${name} in this account and region`, {
    fix: didYouMean(name, known, 'see what a run deployed with: temper show RUN'),
    cause,
  });
}

function explained(error: unknown, endpoint: string): unknown {
  if (!(error instanceof ModelError)) return awsFailure(error, `invoke ${endpoint}`);
  const said = error.OriginalMessage ?? error.message;
  return new UserError('ModelError', `the model answered ${error.OriginalStatusCode ?? 'with an error'}: ${said}`, {
    fix: `see what it wrote: log group /aws/sagemaker/Endpoints/${endpoint}`,
    cause: error,
  });
}

/** None where they cannot be listed: there is an error to tell already. */
async function endpointNames({ sagemaker }: AwsClients): Promise<string[]> {
  try {
    const { Endpoints } = await sagemaker.send(new ListEndpointsCommand({ MaxResults: 100 }));
    return (Endpoints ?? []).flatMap(({ EndpointName }) => EndpointName ?? []);
  } catch {
    return [];
  }
}

function documentsIn(text: string): unknown[] | undefined {
  const parse = (json: string): unknown => JSON.parse(json);
  try {
    return [parse(text)];
  } catch {
    try {
      return text.split('\n').filter(Boolean).map(parse);
    } catch {
      return undefined;
    }
  }
}
