import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** An error as AWS tells it: its code is what the SDKs make the error's name. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  /** HTTP status, where it is another one than the service's model says. */
  readonly status: number | undefined;
  /** Members of the error's body beside its message. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status?: number, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

export function validationError(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** The whole body of a request. Throws an {@link AwsError} beyond `limit` bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > limit) throw new AwsError('RequestEntityTooLargeException', `Request body exceeds ${limit} bytes`, 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': randomUUID(),
    ...headers,
  });
  response.end(text);
}

const BAD_REQUEST = 400;

/**
 * Sends an error as AWS does, with its own status, or that of `statuses` by its code. Errors nobody foresaw are AWS's
 * InternalFailure, which SDKs retry.
 */
export function sendError(
  response: ServerResponse,
  error: unknown,
  statuses: Readonly<Record<string, number>> = {},
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const told =
    error instanceof AwsError
      ? error
      : new AwsError('InternalFailure', error instanceof Error ? error.message : String(error), 500);
  const body = { __type: told.code, message: told.message, ...told.details };
  sendJson(response, told.status ?? statuses[told.code] ?? BAD_REQUEST, body, { 'x-amzn-errortype': told.code });
}
