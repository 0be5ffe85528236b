/** Connections to Temporal, and its errors in the words of this CLI. */
import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import { PIPELINE_TASK_QUEUE } from '../spec/naming.ts';
import type { Context } from './context.ts';
import { type Environment, findEnvironment } from './environment.ts';
import { UserError } from './errors.ts';

export interface Temporal {
  readonly client: Client;
  readonly environment: Environment;
}

const CONNECT_TIMEOUT = '5s';
/** Temporal keeps showing a poller that died; a live one is heard of at least once a minute. */
const POLLER_SILENCE_MS = 90_000;

// gRPC status codes.
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;
const UNAVAILABLE = 14;
const DEADLINE_EXCEEDED = 4;

/** Connects, does the work, and closes the connection however it ends. */
export async function withTemporal<T>(context: Context, work: (temporal: Temporal) => Promise<T>): Promise<T> {
  const environment = await findEnvironment(context);
  const connection = await connect(environment);
  try {
    const client = new Client({ connection, namespace: environment.temporal.namespace });
    return await work({ client, environment });
  } catch (error) {
    throw isGone(error) ? unreachable(environment, error) : error;
  } finally {
    await connection.close();
  }
}

async function connect(environment: Environment): Promise<Connection> {
  try {
    await knock(environment.temporal.address);
    return await Connection.connect({
      ...environment.temporal.connectionOptions,
      address: environment.temporal.address,
      connectTimeout: CONNECT_TIMEOUT,
    });
  } catch (error) {
    throw unreachable(environment, error);
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

/** What is said when Temporal does not answer, by client and worker alike. */
export function unreachable({ temporal }: Environment, cause: unknown): UserError {
  return new UserError('TemporalUnreachable', `temporal does not answer at ${temporal.address}`, {
    fix: 'start it on this machine with: temper dev up, or set TEMPORAL_ADDRESS to where it is',
    cause,
  });
}

/** Whether Temporal itself does not answer, as opposed to answering with an error. */
export function isGone(error: unknown): boolean {
  return hasCode(error, UNAVAILABLE);
}

export function isNotFound(error: unknown): boolean {
  return (error instanceof Error && error.name === 'WorkflowNotFoundError') || hasCode(error, NOT_FOUND);
}

/** Whether a query failed because no worker took it up. */
export function isUnanswered(error: unknown): boolean {
  return hasCode(error, DEADLINE_EXCEEDED) || hasCode(error, FAILED_PRECONDITION);
}

function hasCode(error: unknown, code: number): boolean {
  if (isGrpcServiceError(error)) return error.code === code;
  return error instanceof Error && error.cause !== undefined && hasCode(error.cause, code);
}

/** Whether somebody works on a task queue, as far as Temporal has heard lately. */
export async function hasWorker({ client }: Temporal, taskQueue = PIPELINE_TASK_QUEUE): Promise<boolean> {
  const activities = taskQueue !== PIPELINE_TASK_QUEUE;
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    // TASK_QUEUE_TYPE_WORKFLOW is 1, TASK_QUEUE_TYPE_ACTIVITY 2.
    taskQueueType: activities ? 2 : 1,
  });
  return (pollers ?? []).some(({ lastAccessTime }) => {
    const heard = Number(lastAccessTime?.seconds ?? 0) * 1000;
    return Date.now() - heard < POLLER_SILENCE_MS;
  });
}

/** Page of a run in Temporal's web UI, where there is one. */
export function uiAddress({ ui, temporal }: Environment, workflowId: string): string | undefined {
  return ui && `${ui}/namespaces/${temporal.namespace}/workflows/${encodeURIComponent(workflowId)}`;
}
