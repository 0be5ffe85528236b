/** Stands between an S3 client and S3: tells what is asked, and can damage, refuse or hold requests. */
import { createServer, type IncomingMessage, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface S3Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** What S3 answered; absent until it has. */
  status?: number;
}

/** What becomes of a request: passed on with a byte changed, refused, or never answered. */
export type Fate = 'damaged' | 'denied' | 'held' | undefined;

export interface S3Proxy {
  readonly url: string;
  readonly requests: readonly S3Request[];
  /** Decides on each request; all pass where it is not set. */
  fate: (request: S3Request) => Fate;
  /** Called when a request was answered. */
  answered: () => void;
}

const DENIED = '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';

/** Starts a proxy before S3 at `target`, which goes away with the test. */
export async function s3Proxy(target: string): Promise<S3Proxy> {
  const requests: S3Request[] = [];
  const { hostname, port } = new URL(target);
  const server = createServer(async (incoming, outgoing) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', target);
    const request: S3Request = { method: incoming.method ?? '', path: pathname, query: searchParams };
    requests.push(request);
    const body = await buffer(incoming).catch(() => undefined);
    // Whoever asked has gone in the middle of it.
    if (!body) return;
    const fate = proxy.fate(request);
    if (fate === 'held') return;
    if (fate === 'denied') {
      outgoing.writeHead(403, { 'content-type': 'application/xml' }).end(DENIED);
      return;
    }
    if (fate === 'damaged') body[0] = (body[0] ?? 0) ^ 1;
    const { method, url: path, headers } = incoming;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      sendRequest({ hostname, port, method, path, headers }, resolve).once('error', reject).end(body);
    });
    const content = await buffer(answer);
    request.status = answer.statusCode ?? 0;
    proxy.answered();
    outgoing.writeHead(request.status, answer.headers).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy: S3Proxy = { url, requests, fate: () => undefined, answered: () => {} };
  return proxy;
}

/** The number of a part that is sent, of requests that send one. */
export function partNumber({ method, query }: S3Request): number | undefined {
  const number = query.get('partNumber');
  return method === 'PUT' && number !== null ? Number(number) : undefined;
}
