/** What the workers of this CLI have in common: the connection, and a runtime that keeps to stderr. */
import { IllegalStateError } from '@temporalio/common';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';
import type { Context } from '../context.ts';
import type { Environment } from '../environment.ts';
import type { Output } from '../output.ts';
import { unreachable } from '../temporal-errors.ts';

/**
 * How often heartbeats are passed on to Temporal. Left alone that is four fifths of their timeout, which a busy machine
 * misses: its activities then run twice at once.
 */
export const HEARTBEATS = { maxHeartbeatThrottleInterval: '3s' } as const;

/**
 * Connects a worker. Of Temporal's own log, what is at this level or above is told as messages.
 *
 * @param isExpected whether what is told of a workflow is no news
 */
export async function connectWorker(
  { output }: Context,
  environment: Environment,
  level: 'WARN' | 'ERROR',
  isExpected: (runId: string) => boolean = () => false,
): Promise<NativeConnection> {
  useRuntime(output, level, isExpected);
  const { connectionOptions, address } = environment.temporal;
  try {
    return await NativeConnection.connect({ ...connectionOptions, address });
  } catch (error) {
    throw unreachable(environment, error);
  }
}

/** What the SDK's native part tells, which would write to stdout by itself. */
const CORE = makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' });

function useRuntime(output: Output, lowest: 'WARN' | 'ERROR', isExpected: (runId: string) => boolean): void {
  const logger = new DefaultLogger(lowest, ({ level, message, meta }) => {
    if (typeof meta?.runId === 'string' && isExpected(meta.runId)) return;
    const error = meta?.error;
    const reason = error instanceof Error ? `: ${error.message}` : '';
    output.note({ code: 'temporal.log', text: `${level.toLowerCase()}: ${message}${reason}`, data: { level } });
  });
  try {
    // Signals are the context's: a worker that stopped by itself would leave its command behind.
    Runtime.install({ logger, shutdownSignals: [], telemetryOptions: { logging: { filter: CORE, forward: {} } } });
  } catch (error) {
    // A process has one runtime; where it was there before, it stays.
    if (!(error instanceof IllegalStateError)) throw error;
  }
}

/** Resolves once the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
