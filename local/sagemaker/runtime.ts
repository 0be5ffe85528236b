/** InvokeEndpoint: a request goes to the endpoint's model, and its answer back, as they stream. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { AwsError } from '../aws/protocol.ts';
import type { Context } from './context.ts';
import { MAX_BODY_BYTES } from './data-capture.ts';
import type { Endpoints } from './endpoints.ts';
import type { ModelAnswer } from './machines.ts';

const MAX_MESSAGE_BYTES = 16 * 1024;
const PASSED_ON = [
  'content-type',
  'content-length',
  'transfer-encoding',
  'accept',
  'x-amzn-sagemaker-custom-attributes',
];

/** The endpoint's name, where the path is that of an invocation. */
export function invokedEndpoint(path: string): string | undefined {
  const name = /^\/endpoints\/([^/?]+)\/invocations(?:\?|$)/.exec(path)?.[1];
  return name === undefined ? undefined : decodeURIComponent(name);
}

/** Answers an invocation. Rejects with an {@link AwsError} as long as nothing was sent. */
export async function invoke(
  context: Context,
  endpoints: Endpoints,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const serving = endpoints.serving(name);
  if (!serving) throw new AwsError('ValidationError', `Endpoint ${name} of account ${context.account} not found.`);
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have length less than or equal to ${MAX_BODY_BYTES}`,
    );
  }
  const { servers, capture } = serving;
  await servers.during(async () => {
    const wanted = request.headers['x-amzn-sagemaker-target-variant'];
    const variant = servers.choose(typeof wanted === 'string' ? wanted : undefined);
    if (!variant) throw new AwsError('ValidationError', `Variant ${wanted} not found for endpoint ${name}.`);
    const sample = capture?.sample(request);
    const answer = await variant.invoke(sample?.question() ?? request, passedOn(request)).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      throw modelError(
        context,
        name,
        0,
        `Your invocation failed while waiting for a response from container primary: ${message}`,
      );
    });
    const status = answer.statusCode ?? 500;
    if (status >= 400) throw modelError(context, name, status, await textOf(answer));
    response.writeHead(200, {
      ...passedOn(answer),
      'x-amzn-requestid': randomUUID(),
      'x-amzn-invoked-production-variant': variant.name,
    });
    await pipeline(sample?.answer(answer, answer.headers['content-type']) ?? answer, response);
    if (sample) capture?.add(variant.name, sample);
  });
}

function passedOn({ headers }: Pick<IncomingMessage, 'headers'>): Record<string, string> {
  const kept = PASSED_ON.flatMap((header) =>
    typeof headers[header] === 'string' ? [[header, headers[header]] as const] : [],
  );
  return Object.fromEntries(kept);
}

function modelError({ region, account }: Context, endpoint: string, status: number, message: string): AwsError {
  const kind = status >= 400 && status < 500 ? 'client' : 'server';
  const group = `/aws/sagemaker/Endpoints/${endpoint}`;
  const text =
    `Received ${kind} error (${status}) from primary with message "${message}". ` +
    `See https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logEventViewer:group=${group} in account ${account} for more information.`;
  return new AwsError('ModelError', text, 424, {
    Message: text,
    OriginalMessage: message,
    OriginalStatusCode: status,
    LogStreamArn: `arn:aws:logs:${region}:${account}:log-group:${group}`,
  });
}

async function textOf(answer: ModelAnswer): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    if (size < MAX_MESSAGE_BYTES) chunks.push(chunk);
    size += chunk.length;
  }
  return Buffer.concat(chunks).toString('utf8').slice(0, MAX_MESSAGE_BYTES);
}
