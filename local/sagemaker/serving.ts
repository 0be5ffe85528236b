import type { ResourceFault } from '../aws/faults.ts';
import type { Context } from './context.ts';
import { DataCapture, type DataCaptureConfig } from './data-capture.ts';
import type { VariantSpec } from './fleet.ts';
import type { Servers } from './machines.ts';

/** A fleet that serves, or is to serve. */
export interface Deployment {
  readonly id: string;
  readonly configName: string;
  readonly variants: readonly VariantSpec[];
  readonly capture?: DataCaptureConfig;
  readonly since: number;
  readonly fault: ResourceFault;
}

/** What answers for an endpoint as long as it has one configuration. */
export interface Serving {
  readonly servers: Servers;
  readonly capture?: DataCapture;
}

export function servingOf(context: Context, endpoint: string, deployment: Deployment): Serving {
  const { capture: config } = deployment;
  const servers = context.machines.servers(context, { endpoint, ...deployment });
  if (!config || config.EnableCapture === false) return { servers };
  return { servers, capture: new DataCapture(context, { endpoint, ...deployment, config }) };
}

/** Ends the servers when they have answered what is under way, and writes what was captured of it. */
export async function endServing(serving: Serving | undefined): Promise<void> {
  await serving?.servers.end();
  await serving?.capture?.close();
}
