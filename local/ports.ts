import { createServer, type Server } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { Lock } from './lock.ts';

const HOST = '127.0.0.1';
const LAST_PORT = 65_535;

/** Ports that no other region takes until they are released. */
export interface HeldPorts<Name extends string> {
  readonly ports: Readonly<Record<Name, number>>;
  release(): void;
}

/**
 * A free port on 127.0.0.1 for each name: the preferred one, or the next above it that is free; any where 0 is
 * preferred. Nothing listens on them: start what does soon, as other programs than regions may come in between.
 */
export async function holdPorts<Name extends string>(
  preferred: Readonly<Record<Name, number>>,
): Promise<HeldPorts<Name>> {
  const held: Held[] = [];
  const ports = { ...preferred } as Record<Name, number>;
  const release = () => {
    for (const { lock } of held) lock.release();
  };
  try {
    for (const name of Object.keys(preferred) as Name[]) {
      const port = await holdFrom(preferred[name]);
      held.push(port);
      ports[name] = portOf(port.server);
    }
    return { ports, release };
  } catch (error) {
    release();
    throw error;
  } finally {
    await Promise.all(held.map(({ server }) => close(server)));
  }
}

interface Held {
  /** Listens until all ports are found, so that the system gives none of them twice. */
  readonly server: Server;
  /** Keeps other regions away until what is to listen does, so that none takes another's service for its own. */
  readonly lock: Lock;
}

async function holdFrom(first: number): Promise<Held> {
  for (let port = first; port <= LAST_PORT; port += first === 0 ? 0 : 1) {
    const server = await listen(port);
    if (!server) continue;
    const lock = Lock.tryAcquire(join(tmpdir(), `temper-ports-${userInfo().uid}`, String(portOf(server))));
    if (lock instanceof Lock) return { server, lock };
    await close(server);
  }
  throw new Error(`no free port on ${HOST} from ${first} upwards; ask for another one, or 0 for any`);
}

function close(server: Server): Promise<unknown> {
  return new Promise((closed) => server.close(closed));
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
