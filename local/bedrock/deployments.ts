/** Custom model deployments: a custom model that answers on demand. */

import { findModel } from '../../spec/bedrock/models.ts';
import type { ResourceFault } from '../aws/faults.ts';
import type { Json } from '../aws/model.ts';
import { now, type Operations } from '../aws/operations.ts';
import { AwsError, validationError } from '../aws/protocol.ts';
import { arnOf, newId } from './arns.ts';
import type { Context, Served, Service, Tag } from './context.ts';
import type { CustomModel, CustomModels } from './custom-models.ts';
import { page } from './listing.ts';
import { withinQuota } from './quotas.ts';
import { madeBy } from './requests.ts';
import { type Resource, Resources } from './resources.ts';
import { passes, Work } from './work.ts';

export interface Deployment extends Resource {
  /** What answers. */
  modelArn: string;
  readonly description?: unknown;
  readonly createdAt: number;
  lastUpdatedAt?: number;
  status: 'Creating' | 'Active' | 'Failed';
  failureMessage?: string;
  /** Of the last update. */
  updateDetails?: { readonly modelArn: string; updateStatus: 'Updating' | 'UpdateCompleted' | 'UpdateFailed' };
  /** Of what is under way. */
  fault: ResourceFault;
}

export class Deployments implements Service {
  readonly resources: Resources<Deployment>;
  readonly #context: Context;
  readonly #models: CustomModels;
  readonly #work = new Work();

  constructor(context: Context, models: CustomModels) {
    this.#context = context;
    this.#models = models;
    this.resources = new Resources(context, 'deployment');
    models.guard((modelArn) => this.resources.values().find((each) => uses(each, modelArn))?.arn);
  }

  readonly operations: Operations = {
    CreateCustomModelDeployment: (request, fault) => this.#create(request, fault),
    GetCustomModelDeployment: ({ customModelDeploymentIdentifier }) =>
      described(this.resources.get(customModelDeploymentIdentifier)),
    ListCustomModelDeployments: (request) =>
      page('modelDeploymentSummaries', this.#of(request.modelArnEquals), listed, request, (deployment) => ({
        ...described(deployment),
        customModelDeploymentName: deployment.name,
      })),
    UpdateCustomModelDeployment: (request, fault) => this.#update(request, fault),
    DeleteCustomModelDeployment: ({ customModelDeploymentIdentifier }) => {
      const deployment = this.resources.get(customModelDeploymentIdentifier);
      refuseUnderWay(deployment, 'ConflictException');
      this.resources.delete(deployment);
      return {};
    },
  };

  served(modelId: string): Served | undefined {
    const deployment = this.resources.byArn(modelId);
    if (!deployment) return undefined;
    const { status, modelArn } = deployment;
    if (status === 'Active') return this.#models.served(modelArn);
    throw validationError(
      `The deployment ${modelId} is in status ${status}; only an Active deployment can be invoked.`,
    );
  }

  /** Goes on with what was under way. */
  resume(): void {
    for (const deployment of this.resources.values()) {
      if (deployment.status === 'Creating') this.#start(() => this.#bringUp(deployment));
      else if (deployment.updateDetails?.updateStatus === 'Updating') this.#start(() => this.#switch(deployment));
    }
  }

  close(): Promise<void> {
    return this.#work.close();
  }

  #create(request: Json, fault: ResourceFault): Json {
    const name = String(request.modelDeploymentName);
    const model = this.#models.resources.get(request.modelArn);
    const made = madeBy(request);
    const before = this.resources.madeBefore(name, made);
    if (before) return { customModelDeploymentArn: before.arn };
    refuseUndeployable(model);
    this.#refuseTooMany();
    const id = newId();
    const deployment: Deployment = {
      id,
      arn: arnOf(this.#context, 'custom-model-deployment', id),
      name,
      tags: (request.tags as readonly Tag[] | undefined) ?? [],
      request: made,
      modelArn: model.arn,
      description: request.description,
      createdAt: made.at,
      status: 'Creating',
      fault,
    };
    this.resources.save(deployment);
    this.#start(() => this.#bringUp(deployment));
    return { customModelDeploymentArn: deployment.arn };
  }

  #refuseTooMany(): void {
    const { deployments, deploymentsInProgress } = this.#context.quotas;
    const all = this.resources.values();
    withinQuota('custom model deployments', all.length + 1, deployments);
    const creating = all.filter(({ status }) => status === 'Creating');
    withinQuota('custom model deployments in progress', creating.length + 1, deploymentsInProgress);
  }

  #update(request: Json, fault: ResourceFault): Json {
    const deployment = this.resources.get(request.customModelDeploymentIdentifier);
    const model = this.#models.resources.get(request.modelArn);
    refuseUnderWay(deployment, 'ValidationException');
    if (deployment.status === 'Failed')
      throw validationError(`The deployment ${deployment.arn} is in status Failed and cannot be updated.`);
    const base = this.#models.resources.get(deployment.modelArn).foundationModelId;
    if (model.foundationModelId !== base)
      throw validationError(
        `The deployment ${deployment.arn} serves a model of ${base}; it cannot be updated to one of ${model.foundationModelId}.`,
      );
    deployment.updateDetails = { modelArn: model.arn, updateStatus: 'Updating' };
    deployment.lastUpdatedAt = now();
    deployment.fault = fault;
    delete deployment.failureMessage;
    this.resources.save(deployment);
    this.#start(() => this.#switch(deployment));
    return { customModelDeploymentArn: deployment.arn };
  }

  #start(work: () => Promise<void>): void {
    this.#work.start(this.#context, work);
  }

  async #bringUp(deployment: Deployment): Promise<void> {
    const { fault } = deployment;
    const { jobFails } = fault;
    await passes(this.#context, fault, 'creating');
    deployment.status = jobFails === undefined ? 'Active' : 'Failed';
    if (jobFails !== undefined) deployment.failureMessage = jobFails;
    this.resources.save(deployment);
  }

  /** The trap of an update that fails: the deployment stays active, and answers by the old model. */
  async #switch(deployment: Deployment): Promise<void> {
    const { fault } = deployment;
    const { rollback, jobFails = rollback } = fault;
    await passes(this.#context, fault, 'updating');
    const { updateDetails } = deployment;
    if (!updateDetails) return;
    if (jobFails === undefined) deployment.modelArn = updateDetails.modelArn;
    else deployment.failureMessage = jobFails;
    updateDetails.updateStatus = jobFails === undefined ? 'UpdateCompleted' : 'UpdateFailed';
    deployment.lastUpdatedAt = now();
    this.resources.save(deployment);
  }

  #of(modelArn: unknown): Deployment[] {
    return this.resources.values().filter((each) => modelArn === undefined || each.modelArn === modelArn);
  }
}

function uses({ modelArn, updateDetails }: Deployment, model: string): boolean {
  return modelArn === model || (updateDetails?.updateStatus === 'Updating' && updateDetails.modelArn === model);
}

function refuseUnderWay({ status, updateDetails, arn }: Deployment, code: string): void {
  const underWay = status === 'Creating' ? status : updateDetails?.updateStatus === 'Updating' ? 'Updating' : undefined;
  if (underWay) throw new AwsError(code, `The deployment ${arn} is in status ${underWay}; wait until it is not.`);
}

function refuseUndeployable({ arn, foundationModelId }: CustomModel): void {
  if (findModel(foundationModelId)?.onDemandDeployment) return;
  throw validationError(
    `The model ${arn} cannot be deployed for on-demand inference: custom models of ${foundationModelId} are served by provisioned throughput.`,
  );
}

function described({ arn, name, ...rest }: Deployment): Json {
  return { ...rest, customModelDeploymentArn: arn, modelDeploymentName: name };
}

const listed = ({ name, status, createdAt }: Deployment) => ({ name, status, created: createdAt });
