import type { ObjectStore } from '../aws/s3.ts';
import type { Containers } from './containers.ts';
import type { Logs } from './logs.ts';
import type { Machines } from './machines.ts';
import type { Venvs } from './venvs.ts';

/** What the services of the region share. */
export interface Context {
  readonly home: string;
  readonly region: string;
  readonly account: string;
  readonly s3: ObjectStore;
  readonly logs: Logs;
  readonly machines: Machines;
  readonly containers: Containers;
  readonly venvs: Venvs;
  /** Between SIGTERM and SIGKILL, for training jobs. */
  readonly stopGraceMs: number;
  /** Variables every container gets: where AWS is, and how to reach the network. */
  readonly containerEnv: Readonly<Record<string, string>>;
  /** Aborted when the region shuts down: work ends where it is, and nothing fails by it. */
  readonly shutdown: AbortSignal;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** A resource that carries tags. */
export interface Tagged {
  Tags?: Tag[];
}

export type ResourceKind = 'training-job' | 'transform-job' | 'model' | 'endpoint-config' | 'endpoint';

/** AWS writes names in ARNs in lower case. */
export function arnOf({ region, account }: Context, kind: ResourceKind, name: string): string {
  return `arn:aws:sagemaker:${region}:${account}:${kind}/${name.toLowerCase()}`;
}

/** Passes through to `work`, but rejects as soon as the signal is aborted, and leaves the work to end by itself. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // Given up, it may still fail, and nobody is left to hear of it.
  work.catch(() => {});
  signal.throwIfAborted();
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
