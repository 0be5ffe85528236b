/** Imported models. What answers is a stand-in: the weights cannot be run here. */
import { mkdirSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../aws/model.ts';
import { now, type Operations } from '../../aws/operations.ts';
import type { Context, Served, Service } from '../context.ts';
import { inTurns } from '../learning/in-turns.ts';
import { learningSteps } from '../learning/learn.ts';
import type { LearningExample } from '../learning/learned-model.ts';
import { page } from '../listing.ts';
import { type Resource, Resources } from '../resources.ts';

export interface ImportedModel extends Resource {
  readonly created: number;
  readonly architecture: string;
  readonly instructSupported: boolean;
  /** Whether it has examples to answer by. */
  readonly learned: boolean;
  /** Members that only GetImportedModel tells. */
  readonly told: Json;
}

/** Without a call for this long, no copy of a model is kept ready. */
const IDLE_SECONDS = 5 * 60;

export class ImportedModels implements Service {
  readonly resources: Resources<ImportedModel>;
  readonly #context: Context;
  readonly #directory: string;
  /** Since when a copy is ready, and when it was asked last, by model; seconds since 1970. */
  readonly #copies = new Map<string, { readonly ready: number; asked: number }>();

  constructor(context: Context) {
    this.#context = context;
    this.resources = new Resources(context, 'model', 'imported-models');
    this.#directory = join(context.home, 'models', 'imported');
    mkdirSync(this.#directory, { recursive: true });
  }

  readonly operations: Operations = {
    GetImportedModel: ({ modelIdentifier }) => {
      const model = this.resources.get(modelIdentifier);
      const customModelUnits = { customModelUnitsPerModelCopy: 1, customModelUnitsVersion: 'v1.0' };
      return { ...summarised(model), ...model.told, customModelUnits };
    },
    ListImportedModels: (request) =>
      page('modelSummaries', this.resources.values(), ({ name, created }) => ({ name, created }), request, summarised),
    DeleteImportedModel: async ({ modelIdentifier }) => {
      const model = this.resources.get(modelIdentifier);
      this.resources.delete(model);
      this.#copies.delete(model.id);
      await rm(this.#file(model), { force: true });
      return {};
    },
  };

  /** What it answers by is on the disk before anybody can find it. */
  async add(model: ImportedModel, examples: readonly LearningExample[], signal: AbortSignal): Promise<void> {
    if (examples.length > 0) {
      const file = this.#file(model);
      const { model: learned } = await inTurns(learningSteps(examples, { epochs: 1, batchSize: 8 }), signal);
      await writeFile(`${file}.new`, JSON.stringify(learned));
      await rename(`${file}.new`, file);
    }
    this.resources.save(model);
  }

  /** As at AWS, the first call only has a copy made ready, and so has one after a while without any. */
  served(modelId: string): Served | undefined {
    const model = this.resources.byArn(modelId);
    if (!model) return undefined;
    const known = this.#copies.get(model.id);
    const copy =
      known && now() - known.asked < IDLE_SECONDS
        ? known
        : { ready: now() + this.#context.paceMs / 1000, asked: now() };
    copy.asked = now();
    this.#copies.set(model.id, copy);
    return {
      ready: copy.asked >= copy.ready,
      base: `imported.${model.name}`,
      conversation: model.instructSupported && model.architecture !== 'GptOssForCausalLM',
      ...(model.learned && { learned: this.#file(model) }),
    };
  }

  #file({ id }: ImportedModel): string {
    return join(this.#directory, `${id}.json`);
  }
}

function summarised({ arn, name, created, architecture, instructSupported }: ImportedModel): Json {
  return { modelArn: arn, modelName: name, creationTime: created, modelArchitecture: architecture, instructSupported };
}
