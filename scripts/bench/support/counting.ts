/** A door to AWS that counts who goes through it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atEnd } from '../clean-up.ts';

export interface Counter {
  readonly url: string;
  /** Calls by operation, as in `DescribeTrainingJob`; those of S3 and InvokeEndpoint by method and path. */
  readonly calls: ReadonlyMap<string, number>;
}

const OPERATION = /\.(\w+)$/;

/** Passes everything on to `target`. */
export async function countCalls(target: string): Promise<Counter> {
  const calls = new Map<string, number>();
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, response) => {
    const { method, url, headers } = incoming;
    const operation = OPERATION.exec(String(headers['x-amz-target']))?.[1] ?? `${method} ${url}`;
    calls.set(operation, (calls.get(operation) ?? 0) + 1);
    // Node has answered "continue" already, in the target's place.
    const { expect: _, ...passed } = headers;
    const outgoing = request({ hostname, port, method, path: url, headers: passed });
    outgoing.on('error', () => response.destroy());
    outgoing.on('response', (answer: IncomingMessage) => {
      response.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  });
  // Longer than SDKs keep idle connections, so that none is cut under a request.
  server.keepAliveTimeout = 120_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

export function total({ calls }: Counter): number {
  return [...calls.values()].reduce((sum, count) => sum + count, 0);
}
