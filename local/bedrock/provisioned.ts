/** Provisioned throughput: model units that are paid for by the hour until they are deleted. */

import { BASE_MODELS } from '../../spec/bedrock/models.ts';
import type { ResourceFault } from '../aws/faults.ts';
import type { Json } from '../aws/model.ts';
import { now, type Operations } from '../aws/operations.ts';
import { AwsError, validationError } from '../aws/protocol.ts';
import { arnOf, foundationModelArn, newId } from './arns.ts';
import type { Context, Served, Service, Tag } from './context.ts';
import type { CustomModels } from './custom-models.ts';
import { page } from './listing.ts';
import { withinQuota } from './quotas.ts';
import { madeBy } from './requests.ts';
import { type Resource, Resources } from './resources.ts';
import { passes, Work } from './work.ts';

export interface Throughput extends Resource {
  /** What answers. */
  modelArn: string;
  /** What is to answer when nothing is under way any more. */
  desiredModelArn: string;
  readonly foundationModelArn: string;
  readonly modelUnits: number;
  readonly desiredModelUnits: number;
  status: 'Creating' | 'InService' | 'Updating' | 'Failed';
  readonly creationTime: number;
  lastModifiedTime: number;
  failureMessage?: string;
  readonly commitmentDuration?: string;
  readonly commitmentExpirationTime?: number;
  /** Of what is under way. */
  fault: ResourceFault;
}

/** What can be served: a custom model, or a base model as it is. */
interface Servable {
  readonly arn: string;
  readonly foundationModelArn: string;
}

const MONTHS: Readonly<Record<string, number>> = { OneMonth: 1, SixMonths: 6 };

export class ProvisionedThroughputs implements Service {
  readonly resources: Resources<Throughput>;
  readonly #context: Context;
  readonly #models: CustomModels;
  readonly #work = new Work();

  constructor(context: Context, models: CustomModels) {
    this.#context = context;
    this.#models = models;
    this.resources = new Resources(context, 'provisioned model');
    models.guard(
      (arn) =>
        this.resources.values().find(({ modelArn, desiredModelArn }) => modelArn === arn || desiredModelArn === arn)
          ?.arn,
    );
  }

  readonly operations: Operations = {
    CreateProvisionedModelThroughput: (request, fault) => this.#create(request, fault),
    GetProvisionedModelThroughput: ({ provisionedModelId }) => described(this.resources.get(provisionedModelId)),
    ListProvisionedModelThroughputs: (request) =>
      page('provisionedModelSummaries', this.#of(request.modelArnEquals), listed, request, described),
    UpdateProvisionedModelThroughput: (request, fault) => this.#update(request, fault),
    DeleteProvisionedModelThroughput: ({ provisionedModelId }) => {
      const throughput = this.resources.get(provisionedModelId);
      refuseUnderWay(throughput, 'ConflictException');
      const { arn, commitmentExpirationTime: until = 0 } = throughput;
      if (until > now())
        throw new AwsError(
          'ConflictException',
          `The provisioned throughput ${arn} is committed to until ${new Date(until * 1000).toISOString()} and cannot be deleted before.`,
        );
      this.resources.delete(throughput);
      return {};
    },
  };

  served(modelId: string): Served | undefined {
    const throughput = this.resources.byArn(modelId);
    if (!throughput) return undefined;
    const { status, modelArn } = throughput;
    if (status === 'Creating' || status === 'Failed')
      throw validationError(`The provisioned throughput ${modelId} is in status ${status} and cannot be invoked.`);
    const base = BASE_MODELS.find(({ id }) => foundationModelArn(this.#context, id) === modelArn);
    return base ? { base: base.id } : this.#models.served(modelArn);
  }

  /** Goes on with what was under way. */
  resume(): void {
    for (const throughput of this.resources.values()) {
      if (throughput.status === 'Creating' || throughput.status === 'Updating') this.#bringUp(throughput);
    }
  }

  close(): Promise<void> {
    return this.#work.close();
  }

  #create(request: Json, fault: ResourceFault): Json {
    const name = String(request.provisionedModelName);
    const model = this.#servable(request.modelId);
    const made = madeBy(request);
    const before = this.resources.madeBefore(name, made);
    if (before) return { provisionedModelArn: before.arn };
    const modelUnits = Number(request.modelUnits);
    const used = this.resources.values().reduce((sum, each) => sum + each.modelUnits, 0);
    withinQuota('model units of provisioned throughput', used + modelUnits, this.#context.quotas.modelUnits);
    const id = newId();
    const commitment = request.commitmentDuration;
    const throughput: Throughput = {
      id,
      arn: arnOf(this.#context, 'provisioned-model', id),
      name,
      tags: (request.tags as readonly Tag[] | undefined) ?? [],
      request: made,
      modelArn: model.arn,
      desiredModelArn: model.arn,
      foundationModelArn: model.foundationModelArn,
      modelUnits,
      desiredModelUnits: modelUnits,
      status: 'Creating',
      creationTime: made.at,
      lastModifiedTime: made.at,
      ...(commitment !== undefined && {
        commitmentDuration: String(commitment),
        commitmentExpirationTime: monthsLater(made.at, MONTHS[String(commitment)] ?? 0),
      }),
      fault,
    };
    this.resources.save(throughput);
    this.#bringUp(throughput);
    return { provisionedModelArn: throughput.arn };
  }

  #update(request: Json, fault: ResourceFault): Json {
    const throughput = this.resources.get(request.provisionedModelId);
    refuseUnderWay(throughput, 'ValidationException');
    const name = request.desiredProvisionedModelName;
    if (name !== undefined && name !== throughput.name) {
      if (this.resources.find(name)) throw validationError('The provided provisioned model name is currently in use.');
      throughput.name = String(name);
    }
    throughput.lastModifiedTime = now();
    if (request.desiredModelId !== undefined) {
      const model = this.#servable(request.desiredModelId);
      if (model.foundationModelArn !== throughput.foundationModelArn)
        throw validationError(
          `The provisioned throughput ${throughput.arn} serves models of ${throughput.foundationModelArn}; it cannot be moved to ${model.arn}.`,
        );
      throughput.desiredModelArn = model.arn;
      throughput.status = 'Updating';
      throughput.fault = fault;
      delete throughput.failureMessage;
    }
    this.resources.save(throughput);
    if (throughput.status === 'Updating') this.#bringUp(throughput);
    return {};
  }

  /** Creates, or moves to the desired model; where a move fails, the old model stays. */
  #bringUp(throughput: Throughput): void {
    const { fault } = throughput;
    const { rollback, jobFails = rollback } = fault;
    this.#work.start(this.#context, async () => {
      const created = throughput.status === 'Creating';
      await passes(this.#context, fault, created ? 'creating' : 'updating');
      if (jobFails === undefined) throughput.modelArn = throughput.desiredModelArn;
      else {
        throughput.failureMessage = jobFails;
        throughput.desiredModelArn = throughput.modelArn;
      }
      throughput.status = created && jobFails !== undefined ? 'Failed' : 'InService';
      throughput.lastModifiedTime = now();
      this.resources.save(throughput);
    });
  }

  #servable(identifier: unknown): Servable {
    const custom = this.#models.resources.find(identifier);
    if (custom) return custom;
    const base = BASE_MODELS.find(({ id, customizedAs }) =>
      [id, customizedAs].some((each) => each === identifier || foundationModelArn(this.#context, each) === identifier),
    );
    if (!base) throw new AwsError('ResourceNotFoundException', `Could not find the model ${identifier}.`);
    const arn = foundationModelArn(this.#context, base.id);
    return { arn, foundationModelArn: arn };
  }

  #of(modelArn: unknown): Throughput[] {
    return this.resources.values().filter((each) => modelArn === undefined || each.modelArn === modelArn);
  }
}

function refuseUnderWay({ status, arn }: Throughput, code: string): void {
  if (status === 'Creating' || status === 'Updating')
    throw new AwsError(code, `The provisioned throughput ${arn} is in status ${status}; wait until it is not.`);
}

function monthsLater(seconds: number, months: number): number {
  const date = new Date(seconds * 1000);
  return date.setUTCMonth(date.getUTCMonth() + months) / 1000;
}

function described({ arn, name, ...rest }: Throughput): Json {
  return { ...rest, provisionedModelArn: arn, provisionedModelName: name };
}

const listed = ({ name, status, creationTime }: Throughput) => ({ name, status, created: creationTime });
