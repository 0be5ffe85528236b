/** Connections to Temporal. */
import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { PIPELINE_TASK_QUEUE } from '../spec/naming.ts';
import { type Page, pageAddress } from '../spec/temporal-ui.ts';
import type { Context } from './context.ts';
import { type Environment, findEnvironment } from './environment.ts';
import { UserError } from './errors.ts';
import { temporalFailure, unreachable } from './temporal-errors.ts';

export interface Temporal {
  readonly client: Client;
  readonly environment: Environment;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** Temporal keeps showing a poller that died; a live one is heard of at least once a minute. */
const POLLER_SILENCE_MS = 90_000;

/** Connects, does the work, and closes the connection however it ends. */
export async function withTemporal<T>(
  context: Context,
  work: (temporal: Temporal) => Promise<T>,
  connectTimeoutMs = CONNECT_TIMEOUT_MS,
): Promise<T> {
  const environment = await findEnvironment(context);
  const connection = await connect(environment, connectTimeoutMs);
  try {
    const client = new Client({ connection, namespace: environment.temporal.namespace });
    return await work({ client, environment });
  } catch (error) {
    throw temporalFailure(environment, error);
  } finally {
    await connection.close();
  }
}

async function connect(environment: Environment, connectTimeout: number): Promise<Connection> {
  try {
    await knock(environment.temporal.address);
    return await Connection.connect({
      ...environment.temporal.connectionOptions,
      address: environment.temporal.address,
      connectTimeout,
    });
  } catch (error) {
    const failure = temporalFailure(environment, error);
    throw failure instanceof UserError ? failure : unreachable(environment, error);
  }
}

/** Fails at once where this machine listens to nobody there: gRPC would go on trying until its deadline. */
async function knock(address: string): Promise<void> {
  const [, host, port] = /^(localhost|127\.0\.0\.1|\[::1\]):(\d+)$/.exec(address) ?? [];
  if (!host || !port) return;
  const socket = connectSocket({ host: host.replace(/[[\]]/g, ''), port: Number(port) });
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}

/**
 * Whether somebody works on the pipeline's task queue, as far as Temporal has heard lately.
 *
 * @param version build id that a worker must have; any will do where none is given
 */
export async function hasWorker(temporal: Temporal, version?: string): Promise<boolean> {
  const versions = await versionsAtWork(temporal);
  return version === undefined ? versions.size > 0 : versions.has(version);
}

/** Build ids of the workers that Temporal has heard of lately; an empty one for those that are of no version. */
export async function versionsAtWork({ client }: Temporal): Promise<Set<string>> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: PIPELINE_TASK_QUEUE },
    // TASK_QUEUE_TYPE_WORKFLOW.
    taskQueueType: 1,
  });
  const heard = (pollers ?? []).filter(({ lastAccessTime }) => {
    const at = Number(lastAccessTime?.seconds ?? 0) * 1000;
    return Date.now() - at < POLLER_SILENCE_MS;
  });
  return new Set(heard.map(({ deploymentOptions }) => deploymentOptions?.buildId ?? ''));
}

/** Page of a run, or of a schedule, in Temporal's web UI, where there is one. */
export function uiAddress({ ui, temporal }: Environment, id: string, of: Page['of'] = 'workflows'): string | undefined {
  return ui && pageAddress({ address: ui, namespace: temporal.namespace }, { of, id });
}

/** The list of runs of a query in Temporal's web UI, where there is one. */
export function listAddress({ ui, temporal }: Environment, query: string): string | undefined {
  return ui && `${ui}/namespaces/${temporal.namespace}/workflows?query=${encodeURIComponent(query)}`;
}
