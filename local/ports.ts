import { createServer, type Server } from 'node:net';

const HOST = '127.0.0.1';
const LAST_PORT = 65_535;

/**
 * A free port on 127.0.0.1 for each name: the preferred one, or the next above it that is free; any where 0 is
 * preferred. They are not held: start what listens there soon.
 */
export async function freePorts<Name extends string>(
  preferred: Readonly<Record<Name, number>>,
): Promise<Record<Name, number>> {
  const held: Server[] = [];
  const ports = { ...preferred } as Record<Name, number>;
  try {
    for (const name of Object.keys(preferred) as Name[]) {
      // One after the other and all held until the end, so that no port is given twice.
      const server = await listenFrom(preferred[name]);
      held.push(server);
      ports[name] = portOf(server);
    }
    return ports;
  } finally {
    await Promise.all(held.map((server) => new Promise((closed) => server.close(closed))));
  }
}

async function listenFrom(first: number): Promise<Server> {
  for (let port = first; port <= LAST_PORT; port++) {
    const server = await listen(port);
    if (server) return server;
  }
  throw new Error(`no free port on ${HOST} from ${first} upwards; ask for another one, or 0 for any`);
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen(port, HOST, () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}
