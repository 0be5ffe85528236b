import { join } from 'node:path';
import type { Json } from '../aws/model.ts';
import { now, type Operations } from '../aws/operations.ts';
import { validationError } from '../aws/protocol.ts';
import { Collection } from '../aws/store.ts';
import { arnOf, type Context, type Tagged } from './context.ts';
import type { DataCaptureConfig } from './data-capture.ts';
import type { VariantSpec } from './fleet.ts';
import { page } from './listing.ts';
import type { Models } from './models.ts';
import { type TagHolder, tagHolder } from './tags.ts';

interface ProductionVariant {
  readonly VariantName: string;
  readonly ModelName?: string;
  readonly InitialInstanceCount?: number;
  readonly InitialVariantWeight?: number;
  readonly ContainerStartupHealthCheckTimeoutInSeconds?: number;
}

interface EndpointConfig extends Tagged {
  readonly EndpointConfigName: string;
  readonly EndpointConfigArn: string;
  readonly ProductionVariants: readonly ProductionVariant[];
  readonly DataCaptureConfig?: DataCaptureConfig;
  readonly CreationTime: number;
}

/** AWS waits this long for a container to answer its ping. */
const DEFAULT_START_TIMEOUT_SECONDS = 240;

/** The endpoint configurations of the region. */
export class EndpointConfigs {
  readonly tags: TagHolder;
  readonly #context: Context;
  readonly #models: Models;
  readonly #configs: Collection<EndpointConfig>;

  constructor(context: Context, models: Models) {
    this.#context = context;
    this.#models = models;
    this.#configs = new Collection(join(context.home, 'state', 'endpoint-configs'));
    this.tags = tagHolder(
      this.#configs,
      (config) => config.EndpointConfigArn,
      (config) => config.EndpointConfigName,
    );
  }

  readonly operations: Operations = {
    CreateEndpointConfig: (request) => this.#create(request as unknown as EndpointConfig),
    DescribeEndpointConfig: ({ EndpointConfigName }) => ({ ...this.#find(String(EndpointConfigName)) }),
    ListEndpointConfigs: (request) =>
      page(this.#configs.values(), request, {
        list: 'EndpointConfigs',
        name: 'EndpointConfigName',
        defaultOrder: 'Descending',
      }),
    DeleteEndpointConfig: ({ EndpointConfigName }) => {
      this.#configs.delete(this.#find(String(EndpointConfigName)).EndpointConfigName);
      return undefined;
    },
  };

  /** What the configuration asks for, with its models as they are now. Throws AWS's ValidationException. */
  variants(name: string): VariantSpec[] {
    return this.#find(name).ProductionVariants.map((variant) => ({
      name: variant.VariantName,
      weight: variant.InitialVariantWeight ?? 1,
      instances: variant.InitialInstanceCount ?? 1,
      container: this.#models.container(variant.ModelName ?? ''),
      startTimeoutSeconds: variant.ContainerStartupHealthCheckTimeoutInSeconds ?? DEFAULT_START_TIMEOUT_SECONDS,
    }));
  }

  /** How its endpoints capture data, where it says so. Throws AWS's ValidationException. */
  capture(name: string): DataCaptureConfig | undefined {
    return this.#find(name).DataCaptureConfig;
  }

  #find(name: string): EndpointConfig {
    const config = this.#configs.get(name);
    if (config) return config;
    throw validationError(`Could not find endpoint configuration "${arnOf(this.#context, 'endpoint-config', name)}".`);
  }

  #create(request: EndpointConfig): Json {
    const EndpointConfigArn = arnOf(this.#context, 'endpoint-config', request.EndpointConfigName);
    if (this.#configs.get(request.EndpointConfigName)) {
      throw validationError(`Cannot create already existing endpoint configuration "${EndpointConfigArn}".`);
    }
    const names = new Set<string>();
    for (const { VariantName, ModelName } of request.ProductionVariants) {
      if (names.has(VariantName)) throw validationError(`Duplicate production variant name: ${VariantName}`);
      names.add(VariantName);
      if (!ModelName)
        throw validationError(
          `Production variant ${VariantName} must name a model: the laptop region has no inference components`,
        );
      this.#models.find(ModelName);
    }
    this.#configs.put(request.EndpointConfigName, { ...request, EndpointConfigArn, CreationTime: now() });
    return { EndpointConfigArn };
  }
}
