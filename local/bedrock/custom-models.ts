/** Custom models: what customization jobs leave, until somebody deletes them. */
import { mkdirSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../aws/model.ts';
import type { Operations } from '../aws/operations.ts';
import { AwsError } from '../aws/protocol.ts';
import type { Context, Served, Service } from './context.ts';
import type { SavedModel } from './learning/learned-model.ts';
import { page } from './listing.ts';
import { type Resource, Resources } from './resources.ts';

/** A custom model's record: what GetCustomModel tells, and which base model it is made of. */
export interface CustomModel extends Resource {
  /** Id of the foundation model under all customizations, as `amazon.nova-lite-v1:0`. */
  readonly foundationModelId: string;
  readonly foundationModelArn: string;
  readonly baseModelArn: string;
  readonly customizationType: string;
  readonly creationTime: number;
  readonly details: Json;
}

export class CustomModels implements Service {
  readonly resources: Resources<CustomModel>;
  readonly #context: Context;
  readonly #directory: string;
  readonly #users: ((modelArn: string) => string | undefined)[] = [];

  constructor(context: Context) {
    this.#context = context;
    this.resources = new Resources(context, 'custom model');
    this.#directory = join(context.home, 'models');
    mkdirSync(this.#directory, { recursive: true });
  }

  readonly operations: Operations = {
    GetCustomModel: ({ modelIdentifier }) => {
      const { arn, name, details, ...rest } = this.resources.get(modelIdentifier);
      return { ...details, ...rest, modelArn: arn, modelName: name, modelStatus: 'Active' };
    },
    ListCustomModels: (request) =>
      page('modelSummaries', this.#wanted(request), listed, request, ({ arn, name, ...rest }) => ({
        ...rest,
        modelArn: arn,
        modelName: name,
        // Without its revision, which AWS leaves out here.
        baseModelName: rest.foundationModelId.split(':', 1)[0],
        modelStatus: 'Active',
        ownerAccountId: this.#context.account,
      })),
    DeleteCustomModel: async ({ modelIdentifier }) => {
      const model = this.resources.get(modelIdentifier);
      const user = this.#users.map((find) => find(model.arn)).find((each) => each !== undefined);
      if (user !== undefined)
        throw new AwsError('ConflictException', `The model ${model.arn} is in use by ${user}. Delete that first.`);
      this.resources.delete(model);
      await rm(this.#file(model.id), { force: true });
      return {};
    },
  };

  /** Adds a model; what it has learned is on the disk before anybody can find it. */
  async add(model: CustomModel, learned: SavedModel): Promise<void> {
    const file = this.#file(model.id);
    await writeFile(`${file}.new`, JSON.stringify(learned));
    await rename(`${file}.new`, file);
    this.resources.save(model);
  }

  async learned({ id }: CustomModel): Promise<SavedModel> {
    return JSON.parse(await readFile(this.#file(id), 'utf8'));
  }

  /** What answers where something serves the model. */
  served(modelArn: string): Served {
    const { foundationModelId, id } = this.resources.get(modelArn);
    return { base: foundationModelId, learned: this.#file(id) };
  }

  /** A model that `find` names a user of is not deleted. */
  guard(find: (modelArn: string) => string | undefined): void {
    this.#users.push(find);
  }

  #file(id: string): string {
    return join(this.#directory, `${id}.json`);
  }

  #wanted(request: Json): CustomModel[] {
    const { baseModelArnEquals, foundationModelArnEquals, modelStatus, isOwned } = request;
    return this.resources
      .values()
      .filter(
        (model) =>
          (baseModelArnEquals === undefined || model.baseModelArn === baseModelArnEquals) &&
          (foundationModelArnEquals === undefined || model.foundationModelArn === foundationModelArnEquals) &&
          (modelStatus === undefined || modelStatus === 'Active') &&
          isOwned !== false,
      );
  }
}

const listed = ({ name, creationTime }: CustomModel) => ({ name, created: creationTime });
