import { ListEndpointsCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, ModelError } from '@aws-sdk/client-sagemaker-runtime';
import { createAwsClients } from '../../activities/aws.ts';
import type { Context } from '../context.ts';
import { findEnvironment, resolveRegion } from '../environment.ts';
import { didYouMean, UserError, usageError } from '../errors.ts';
import { awsFailure } from './aws-failure.ts';
import type { InvokeRequest } from './request.ts';

export interface Answer {
  readonly contentType: string;
  /** As the model wrote it. */
  readonly body: string;
  /** The body's JSON documents: one, or one a line; absent where it holds something else. */
  readonly answers?: readonly unknown[];
  readonly milliseconds: number;
}

/** Sends one request to an endpoint. Throws a user error with the model's own words when the model fails. */
export async function invokeEndpoint(
  context: Context,
  endpoint: string,
  { contentType, body }: InvokeRequest,
  givenRegion: string | undefined,
): Promise<Answer> {
  const environment = await findEnvironment(context);
  const region = givenRegion ?? (await resolveRegion(environment));
  if (!region) throw usageError('RegionMissing', 'not given which AWS region', 'set AWS_REGION or give --region');
  const { runtime } = createAwsClients(region);
  const started = performance.now();
  try {
    const response = await runtime.send(
      new InvokeEndpointCommand({ EndpointName: endpoint, ContentType: contentType, Accept: contentType, Body: body }),
      { abortSignal: context.signal },
    );
    const text = new TextDecoder().decode(response.Body);
    const answers = documentsIn(text);
    return {
      contentType: response.ContentType ?? contentType,
      body: text.trimEnd(),
      ...(answers && { answers }),
      milliseconds: Math.round(performance.now() - started),
    };
  } catch (error) {
    throw await explained(error, endpoint, region);
  } finally {
    runtime.destroy();
  }
}

async function explained(error: unknown, endpoint: string, region: string): Promise<unknown> {
  if (error instanceof ModelError) {
    const said = error.OriginalMessage ?? error.message;
    return new UserError('ModelError', `the model answered ${error.OriginalStatusCode ?? 'with an error'}: ${said}`, {
      fix: `see what it wrote: log group /aws/sagemaker/Endpoints/${endpoint}`,
      cause: error,
    });
  }
  if (error instanceof Error && /endpoint .* not found/i.test(error.message)) {
    return new UserError('EndpointNotFound', `no endpoint ${endpoint} in this account and region`, {
      fix: didYouMean(endpoint, await endpointNames(region), 'see what a run deployed with: temper show RUN'),
      cause: error,
    });
  }
  return awsFailure(error, `invoke ${endpoint}`);
}

/** None where they cannot be listed: there is an error to tell already. */
async function endpointNames(region: string): Promise<string[]> {
  const { sagemaker } = createAwsClients(region);
  try {
    const { Endpoints } = await sagemaker.send(new ListEndpointsCommand({ MaxResults: 100 }));
    return (Endpoints ?? []).flatMap(({ EndpointName }) => EndpointName ?? []);
  } catch {
    return [];
  } finally {
    sagemaker.destroy();
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
