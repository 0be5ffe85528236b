import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { readRequest, route } from '../../local/aws/rest.ts';
import { MODELS } from '../../local/bedrock/models.ts';
import { namesIn } from '../../local/bedrock/requests.ts';

/** A call of an AWS SDK. */
export interface AwsCall {
  readonly service: 's3' | 'sagemaker' | 'bedrock' | 'logs';
  readonly operation: string;
  /** What it is about: the names or ARNs of a resource, a log stream, a bucket and key. */
  readonly name: string;
}

const TARGET = /^(SageMaker|Logs_\d+)\.(\w+)$/;
const SIGNED_FOR_BEDROCK = /\/bedrock\/aws4_request/;
const INVOCATION = /^\/endpoints\/([^/]+)\/invocations/;

/** Which call a request is, and its body: of S3 as it comes, of the others read whole. */
export async function describeCall(incoming: IncomingMessage): Promise<{ call: AwsCall; body: Readable }> {
  const [, endpoint] = INVOCATION.exec(incoming.url ?? '') ?? [];
  if (endpoint) return { call: { service: 'sagemaker', operation: 'InvokeEndpoint', name: endpoint }, body: incoming };
  if (SIGNED_FOR_BEDROCK.test(String(incoming.headers.authorization))) {
    const body = await buffer(incoming);
    return { call: bedrockCall(incoming, body), body: Readable.from([body]) };
  }
  const [, service, operation] = TARGET.exec(String(incoming.headers['x-amz-target'])) ?? [];
  if (!service || !operation) return { call: s3Call(incoming), body: incoming };
  const body = await buffer(incoming);
  const name = resourceName(operation, JSON.parse(body.toString()) as Record<string, unknown>);
  return {
    call: { service: service === 'SageMaker' ? 'sagemaker' : 'logs', operation, name },
    body: Readable.from([body]),
  };
}

function bedrockCall(incoming: IncomingMessage, body: Buffer): AwsCall {
  const found = route(MODELS, incoming);
  if (!found) throw new Error(`no operation of Bedrock: ${incoming.method} ${incoming.url}`);
  const name = namesIn(readRequest(found, incoming, body)).join(' ');
  return { service: 'bedrock', operation: found.operation, name };
}

function resourceName(operation: string, input: Readonly<Record<string, unknown>>): string {
  const kind = operation.replace(/^(Create|Update|Describe|List|Stop|Delete)/, '');
  return String(input[`${kind}Name`] ?? input.ResourceArn ?? input.logStreamName ?? input.logStreamNamePrefix ?? '');
}

/** REST: the operation is in the method and the query. */
function s3Call({ method = '', url = '' }: IncomingMessage): AwsCall {
  const { pathname, searchParams: query } = new URL(url, 'http://s3');
  const name = decodeURIComponent(pathname.slice(1));
  const ofObject = name.includes('/') && !name.endsWith('/');
  const about = (object: string, bucket: string): string => (ofObject ? object : bucket);
  const operations: Readonly<Record<string, string>> = {
    HEAD: about('HeadObject', 'HeadBucket'),
    GET: query.has('uploadId')
      ? 'ListParts'
      : query.has('uploads')
        ? 'ListMultipartUploads'
        : about('GetObject', 'ListObjectsV2'),
    PUT: query.has('partNumber') ? 'UploadPart' : about('PutObject', 'CreateBucket'),
    POST: query.has('uploads') ? 'CreateMultipartUpload' : 'CompleteMultipartUpload',
    DELETE: query.has('uploadId') ? 'AbortMultipartUpload' : about('DeleteObject', 'DeleteBucket'),
  };
  return { service: 's3', operation: operations[method] ?? method, name };
}
