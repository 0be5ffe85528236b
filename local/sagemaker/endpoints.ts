import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResourceFault } from '../aws/faults.ts';
import type { Json } from '../aws/model.ts';
import { now, type Operations } from '../aws/operations.ts';
import { validationError } from '../aws/protocol.ts';
import { Collection } from '../aws/store.ts';
import { arnOf, type Context, type Tag, type Tagged } from './context.ts';
import type { EndpointConfigs } from './endpoint-configs.ts';
import { captureSummary, pendingSummary, variantSummary } from './endpoint-summaries.ts';
import { page } from './listing.ts';
import { type Deployment, endServing, type Serving, servingOf } from './serving.ts';
import { type TagHolder, tagHolder } from './tags.ts';

interface Endpoint extends Tagged {
  readonly EndpointName: string;
  readonly EndpointArn: string;
  readonly CreationTime: number;
  LastModifiedTime: number;
  EndpointStatus: 'Creating' | 'Updating' | 'InService' | 'Failed' | 'Deleting';
  EndpointConfigName: string;
  ProductionVariants?: Json[];
  FailureReason?: string;
  LastDeploymentConfig?: unknown;
  current?: Deployment;
  next?: Deployment;
}

const MAX_REASON = 1024;

/** The endpoints of the region, with their fleets. */
export class Endpoints {
  readonly tags: TagHolder;
  readonly #context: Context;
  readonly #configs: EndpointConfigs;
  readonly #endpoints: Collection<Endpoint>;
  readonly #serving = new Map<string, Serving>();
  /** Deployments and removals under way. */
  readonly #work = new Set<Promise<void>>();

  constructor(context: Context, configs: EndpointConfigs) {
    this.#context = context;
    this.#configs = configs;
    this.#endpoints = new Collection(join(context.home, 'state', 'endpoints'));
    this.tags = tagHolder(
      this.#endpoints,
      (endpoint) => endpoint.EndpointArn,
      (endpoint) => endpoint.EndpointName,
    );
  }

  readonly operations: Operations = {
    CreateEndpoint: (request, fault) => this.#create(request, fault),
    UpdateEndpoint: (request, fault) => this.#update(request, fault),
    DescribeEndpoint: ({ EndpointName }) => {
      const endpoint = this.#find(String(EndpointName));
      const { current, next } = endpoint;
      return {
        ...endpoint,
        DataCaptureConfig: current?.capture && captureSummary(current.capture),
        PendingDeploymentSummary: next && pendingSummary(next),
      };
    },
    ListEndpoints: (request) =>
      page(this.#endpoints.values(), request, {
        list: 'Endpoints',
        name: 'EndpointName',
        status: 'EndpointStatus',
        defaultOrder: 'Descending',
      }),
    DeleteEndpoint: ({ EndpointName }) => this.#delete(String(EndpointName)),
  };

  /** What answers for the endpoint now; `undefined` where it is not in service. */
  serving(name: string): Serving | undefined {
    // Unlike every other operation, InvokeEndpoint minds the case of names.
    const endpoint = this.#endpoints.get(name);
    if (endpoint?.EndpointName !== name || endpoint.EndpointStatus === 'Deleting') return undefined;
    return this.#serving.get(name);
  }

  /** Serves again what was served before, and takes up what was under way. */
  resume(): void {
    for (const endpoint of this.#endpoints.values()) {
      const { EndpointName, EndpointStatus, current, next } = endpoint;
      if (EndpointStatus === 'Deleting') this.#endpoints.delete(EndpointName);
      else if (current) {
        const serving = servingOf(this.#context, EndpointName, current);
        serving.servers.restore();
        this.#serving.set(EndpointName, serving);
      }
      if (next && EndpointStatus !== 'Deleting') this.#track(this.#deploy(endpoint, next));
    }
  }

  /** Resolves when nothing is under way any more; call after the shutdown signal. */
  async close(): Promise<void> {
    await Promise.all(this.#work);
    await Promise.all([...this.#serving.values()].map(endServing));
  }

  #create(request: Json, fault: ResourceFault): Json {
    const EndpointName = String(request.EndpointName);
    const EndpointConfigName = String(request.EndpointConfigName);
    const EndpointArn = arnOf(this.#context, 'endpoint', EndpointName);
    if (this.#endpoints.get(EndpointName))
      throw validationError(`Cannot create already existing endpoint "${EndpointArn}".`);
    const next = this.#deployment(EndpointConfigName, fault);
    const time = now();
    const endpoint: Endpoint = {
      EndpointName,
      EndpointArn,
      EndpointConfigName,
      EndpointStatus: 'Creating',
      CreationTime: time,
      LastModifiedTime: time,
      ...(Array.isArray(request.Tags) && { Tags: request.Tags as Tag[] }),
      next,
    };
    this.#save(endpoint);
    this.#track(this.#deploy(endpoint, next));
    return { EndpointArn };
  }

  #update(request: Json, fault: ResourceFault): Json {
    const endpoint = this.#find(String(request.EndpointName));
    const { EndpointArn } = endpoint;
    if (endpoint.EndpointStatus === 'Failed')
      throw validationError(`Cannot update endpoint "${EndpointArn}" in status Failed; delete it.`);
    this.#refuseInProgress(endpoint);
    const next = this.#deployment(String(request.EndpointConfigName), fault);
    endpoint.EndpointStatus = 'Updating';
    endpoint.next = next;
    if (request.DeploymentConfig !== undefined) endpoint.LastDeploymentConfig = request.DeploymentConfig;
    this.#save(endpoint);
    this.#track(this.#deploy(endpoint, next));
    return { EndpointArn };
  }

  #delete(name: string): undefined {
    const endpoint = this.#find(name);
    this.#refuseInProgress(endpoint);
    endpoint.EndpointStatus = 'Deleting';
    this.#save(endpoint);
    const serving = this.#serving.get(endpoint.EndpointName);
    this.#serving.delete(endpoint.EndpointName);
    const removal = async () => {
      await endServing(serving);
      if (!this.#context.shutdown.aborted) this.#endpoints.delete(endpoint.EndpointName);
    };
    this.#track(removal());
  }

  #refuseInProgress({ EndpointStatus, EndpointArn }: Endpoint): void {
    if (EndpointStatus === 'InService' || EndpointStatus === 'Failed') return;
    throw validationError(`Cannot update in-progress endpoint "${EndpointArn}".`);
  }

  #find(name: string): Endpoint {
    const endpoint = this.#endpoints.get(name);
    if (!endpoint) throw validationError(`Could not find endpoint "${arnOf(this.#context, 'endpoint', name)}".`);
    return endpoint;
  }

  #deployment(configName: string, fault: ResourceFault): Deployment {
    const capture = this.#configs.capture(configName);
    return {
      id: `i-${randomBytes(9).toString('hex').slice(1)}`,
      configName,
      variants: this.#configs.variants(configName),
      ...(capture && { capture }),
      since: now(),
      fault,
    };
  }

  /** Blue/green: the new fleet is started, traffic moves when it is well, and the old one is ended; or all stays. */
  async #deploy(endpoint: Endpoint, deployment: Deployment): Promise<void> {
    const { shutdown } = this.#context;
    const { fault } = deployment;
    const serving = servingOf(this.#context, endpoint.EndpointName, deployment);
    const old = this.#serving.get(endpoint.EndpointName);
    try {
      if (fault.slowStartSeconds) await sleep(fault.slowStartSeconds * 1000, undefined, { signal: shutdown });
      const reason = fault.rollback ?? fault.jobFails;
      if (reason) throw new Error(reason);
      await serving.servers.start();
    } catch (error) {
      if (shutdown.aborted) return;
      // The trap of the real service: after a rollback an endpoint is in service, with its old configuration.
      endpoint.EndpointStatus = endpoint.current ? 'InService' : 'Failed';
      endpoint.FailureReason = (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON);
      delete endpoint.next;
      this.#save(endpoint);
      return;
    }
    this.#serving.set(endpoint.EndpointName, serving);
    if (shutdown.aborted) return;
    endpoint.EndpointStatus = 'InService';
    endpoint.EndpointConfigName = deployment.configName;
    endpoint.ProductionVariants = deployment.variants.map(variantSummary);
    endpoint.current = { ...deployment, fault: {} };
    delete endpoint.next;
    delete endpoint.FailureReason;
    this.#save(endpoint);
    await endServing(old);
  }

  #save(endpoint: Endpoint): void {
    endpoint.LastModifiedTime = now();
    this.#endpoints.put(endpoint.EndpointName, endpoint);
  }

  #track(work: Promise<void>): void {
    const tracked: Promise<void> = work.finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }
}
