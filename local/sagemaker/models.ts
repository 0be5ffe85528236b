import { join } from 'node:path';
import type { Json } from '../aws/model.ts';
import { now, type Operations } from '../aws/operations.ts';
import { validationError } from '../aws/protocol.ts';
import { Collection } from '../aws/store.ts';
import { arnOf, type Context, type Tagged } from './context.ts';
import { packagesOf } from './images.ts';
import { page } from './listing.ts';
import { type TagHolder, tagHolder } from './tags.ts';

/** The members of a container definition that matter here. */
export interface ContainerDefinition {
  readonly Image?: string;
  readonly ModelDataUrl?: string;
  readonly ModelDataSource?: {
    readonly S3DataSource?: {
      readonly S3Uri: string;
      readonly S3DataType: string;
      readonly CompressionType: 'None' | 'Gzip';
    };
  };
  readonly Environment?: Readonly<Record<string, string>>;
}

export interface Model extends Tagged {
  readonly ModelName: string;
  readonly ModelArn: string;
  readonly PrimaryContainer?: ContainerDefinition;
  readonly Containers?: readonly ContainerDefinition[];
  readonly CreationTime: number;
}

/** The models of the region. */
export class Models {
  readonly tags: TagHolder;
  readonly #context: Context;
  readonly #models: Collection<Model>;

  constructor(context: Context) {
    this.#context = context;
    this.#models = new Collection(join(context.home, 'state', 'models'));
    this.tags = tagHolder(
      this.#models,
      (model) => model.ModelArn,
      (model) => model.ModelName,
    );
  }

  readonly operations: Operations = {
    CreateModel: (request) => this.#create(request as unknown as Model),
    DescribeModel: ({ ModelName }) => ({ ...this.find(String(ModelName)) }),
    ListModels: (request) =>
      page(this.#models.values(), request, { list: 'Models', name: 'ModelName', defaultOrder: 'Descending' }),
    DeleteModel: ({ ModelName }) => {
      this.#models.delete(this.find(String(ModelName)).ModelName);
      return undefined;
    },
  };

  /** Throws AWS's ValidationException where there is no such model. */
  find(name: string): Model {
    const model = this.#models.get(name);
    if (!model) throw validationError(`Could not find model "${arnOf(this.#context, 'model', name)}".`);
    return model;
  }

  /** The one container of a model. */
  container(name: string): ContainerDefinition {
    return containerOf(this.find(name));
  }

  async #create(request: Model): Promise<Json> {
    const ModelArn = arnOf(this.#context, 'model', request.ModelName);
    this.#refuseExisting(request.ModelName, ModelArn);
    const container = containerOf(request);
    packagesOf(container.Image ?? '');
    const { ModelDataUrl: archive, ModelDataSource: source } = container;
    if (archive && !(await this.#context.s3.has(archive)))
      throw validationError(`Could not find model data at ${archive}.`);
    const uri = source?.S3DataSource?.S3Uri;
    if (uri && !(await this.#context.s3.hasPrefix(uri))) throw validationError(`Could not find model data at ${uri}.`);
    this.#refuseExisting(request.ModelName, ModelArn);
    this.#models.put(request.ModelName, { ...request, ModelArn, CreationTime: now() });
    return { ModelArn };
  }

  #refuseExisting(name: string, arn: string): void {
    if (this.#models.get(name)) throw validationError(`Cannot create already existing model "${arn}".`);
  }
}

function containerOf(model: Model): ContainerDefinition {
  const [first, ...others] = model.Containers ?? [];
  const container = model.PrimaryContainer ?? first;
  if (!container) throw validationError('CreateModel needs a PrimaryContainer');
  if (others.length > 0)
    throw validationError('The laptop region serves models of one container; inference pipelines are not available');
  return container;
}
