/** What the HTTP servers of the region's services share. */
import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2, type Http2ServerResponse } from 'node:http2';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallFault } from './faults.ts';
import { sendError } from './protocol.ts';

export interface Listening {
  readonly url: string;
  /** Cuts every connection, and returns when the port is free. */
  close(): Promise<void>;
}

/** HTTP/2's first bytes; no method of HTTP/1.1 starts with them. */
const HTTP2_PREFACE = 'PRI';

/**
 * Listens on 127.0.0.1; port 0 is any free one. Speaks HTTP/1.1, and HTTP/2 to those who start with it, as the
 * JavaScript SDK does with Bedrock's runtime. What `answer` rejects with is sent as AWS's error, with the status that the
 * error names, or `statuses` by its code. Rejects where the port is taken.
 */
export async function listen(
  port: number,
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  statuses: Readonly<Record<string, number>> = {},
): Promise<Listening> {
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch((error: unknown) => sendError(response, error, statuses));
  };
  const http1 = createHttp1(handle);
  // Longer than SDKs keep idle connections, so that none is cut under a request.
  http1.keepAliveTimeout = 120_000;
  const http2 = createHttp2((request, response) => {
    // Node's HTTP/2 has these look like their elders, which is all that answering needs.
    handle(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('data', (chunk: Buffer) => {
      socket.pause();
      socket.unshift(chunk);
      if (chunk.toString('latin1', 0, HTTP2_PREFACE.length) === HTTP2_PREFACE) http2.emit('connection', socket);
      else {
        http1.emit('connection', socket);
        socket.resume();
      }
    });
  });
  await new Promise<void>((listening, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', listening);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise((done) => server.close(done));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Cuts the connection that a request came by. */
export function cut(response: ServerResponse | Http2ServerResponse): void {
  if ('stream' in response) response.stream.session?.destroy();
  else response.destroy();
}

/** Carries out a fault; false where the call goes on, which it does not where its caller has hung up meanwhile. */
export async function isMet(fault: CallFault, response: ServerResponse): Promise<boolean> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (fault.delaySeconds > 0) {
    await sleep(fault.delaySeconds * 1000, undefined, { signal: gone.signal }).catch(() => {});
  }
  if (gone.signal.aborted || response.closed) return true;
  if (fault.error) throw fault.error;
  if (fault.status !== undefined) response.writeHead(fault.status).end();
  else if (fault.reset === 'before') cut(response);
  else return false;
  return true;
}
