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
import type { VariantSpec } from './fleet.ts';
import { page } from './listing.ts';
import type { Servers } from './machines.ts';
import { type TagHolder, tagHolder } from './tags.ts';

/** A fleet that serves, or is to serve. */
interface Deployment {
  readonly id: string;
  readonly configName: string;
  readonly variants: readonly VariantSpec[];
  readonly since: number;
  readonly fault: ResourceFault;
}

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
  readonly #fleets = new Map<string, Servers>();
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
      return { ...endpoint, PendingDeploymentSummary: endpoint.next && pendingOf(endpoint.next) };
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

  /** The fleet that answers for the endpoint now; `undefined` where none is in service. */
  fleet(name: string): Servers | undefined {
    // Unlike every other operation, InvokeEndpoint minds the case of names.
    const endpoint = this.#endpoints.get(name);
    if (endpoint?.EndpointName !== name || endpoint.EndpointStatus === 'Deleting') return undefined;
    return this.#fleets.get(name);
  }

  /** Serves again what was served before, and takes up what was under way. */
  resume(): void {
    for (const endpoint of this.#endpoints.values()) {
      const { EndpointName, EndpointStatus, current, next } = endpoint;
      if (EndpointStatus === 'Deleting') this.#endpoints.delete(EndpointName);
      else if (current) {
        const fleet = this.#context.machines.servers(this.#context, { endpoint: EndpointName, ...current });
        fleet.restore();
        this.#fleets.set(EndpointName, fleet);
      }
      if (next && EndpointStatus !== 'Deleting') this.#track(this.#deploy(endpoint, next));
    }
  }

  /** Resolves when nothing is under way any more; call after the shutdown signal. */
  async close(): Promise<void> {
    await Promise.all(this.#work);
    await Promise.all([...this.#fleets.values()].map((fleet) => fleet.end()));
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
    const fleet = this.#fleets.get(endpoint.EndpointName);
    this.#fleets.delete(endpoint.EndpointName);
    const removal = async () => {
      await fleet?.end();
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
    return {
      id: `i-${randomBytes(9).toString('hex').slice(1)}`,
      configName,
      variants: this.#configs.variants(configName),
      since: now(),
      fault,
    };
  }

  /** Blue/green: the new fleet is started, traffic moves when it is well, and the old one is ended; or all stays. */
  async #deploy(endpoint: Endpoint, deployment: Deployment): Promise<void> {
    const { shutdown } = this.#context;
    const { fault } = deployment;
    const fleet = this.#context.machines.servers(this.#context, { endpoint: endpoint.EndpointName, ...deployment });
    const old = this.#fleets.get(endpoint.EndpointName);
    try {
      if (fault.slowStartSeconds) await sleep(fault.slowStartSeconds * 1000, undefined, { signal: shutdown });
      const reason = fault.rollback ?? fault.jobFails;
      if (reason) throw new Error(reason);
      await fleet.start();
    } catch (error) {
      if (shutdown.aborted) return;
      // The trap of the real service: after a rollback an endpoint is in service, with its old configuration.
      endpoint.EndpointStatus = endpoint.current ? 'InService' : 'Failed';
      endpoint.FailureReason = (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON);
      delete endpoint.next;
      this.#save(endpoint);
      return;
    }
    this.#fleets.set(endpoint.EndpointName, fleet);
    if (shutdown.aborted) return;
    endpoint.EndpointStatus = 'InService';
    endpoint.EndpointConfigName = deployment.configName;
    endpoint.ProductionVariants = deployment.variants.map(summaryOf);
    endpoint.current = { ...deployment, fault: {} };
    delete endpoint.next;
    delete endpoint.FailureReason;
    this.#save(endpoint);
    await old?.end();
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

/** What AWS tells of a deployment under way, as an endpoint is created or updated. */
function pendingOf({ configName, variants, since }: Deployment): Json {
  return {
    EndpointConfigName: configName,
    ProductionVariants: variants.map(({ name, weight, instances, container: { Image } }) => ({
      VariantName: name,
      DeployedImages: [{ SpecifiedImage: Image }],
      DesiredWeight: weight,
      DesiredInstanceCount: instances,
      VariantStatus: [{ Status: 'Creating', StartTime: since }],
    })),
    StartTime: since,
  };
}

function summaryOf({ name, weight, instances, container: { Image } }: VariantSpec): Json {
  return {
    VariantName: name,
    DeployedImages: [{ SpecifiedImage: Image, ResolvedImage: Image, ResolutionTime: now() }],
    CurrentWeight: weight,
    DesiredWeight: weight,
    CurrentInstanceCount: instances,
    DesiredInstanceCount: instances,
  };
}
