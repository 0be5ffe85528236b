/** What the workers of this CLI have in common: the connection, and a runtime that keeps to stderr. */
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { Context } from './context.ts';
import type { Environment } from './environment.ts';
import { unreachable } from './temporal.ts';

let quiet = false;

/** Connects a worker. Temporal's own log is told as messages, from warnings on. */
export async function connectWorker({ output }: Context, environment: Environment): Promise<NativeConnection> {
  if (!quiet) {
    const logger = new DefaultLogger('WARN', ({ level, message, meta }) => {
      const error = meta?.error;
      const reason = error instanceof Error ? `: ${error.message}` : '';
      output.note({ code: 'temporal.log', text: `${level.toLowerCase()}: ${message}${reason}`, data: { level } });
    });
    Runtime.install({ logger, shutdownSignals: [] });
    quiet = true;
  }
  const { connectionOptions, address } = environment.temporal;
  try {
    return await NativeConnection.connect({ ...connectionOptions, address });
  } catch (error) {
    throw unreachable(environment, error);
  }
}
