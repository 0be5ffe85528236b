import { endpointConfigName, type RunRef, workflowIdOf } from '../../spec/naming.ts';
import type { Account, DataSet, Deployment, ModelRef } from '../../spec/record.ts';
import type { AwsProvider } from '../aws.ts';
import { failure } from '../errors.ts';
import { resourceTags } from '../ownership.ts';
import { ensureModel, removeModel } from '../sagemaker/models.ts';
import { look, stillInProgress } from '../waiting.ts';
import * as endpoints from './endpoints.ts';
import { smokeTest } from './smoke-test.ts';

/** A model on its way to an endpoint. */
export interface DeploymentInput {
  readonly run: RunRef;
  readonly account: Account;
  readonly model: ModelRef;
  readonly endpoint: string;
  readonly instance: string;
  readonly instanceCount: number;
}

/** A deployment by names, as far as it is needed to await or revert it. */
export interface DeploymentRef {
  readonly run: RunRef;
  readonly region: string;
  readonly endpoint: string;
}

/** Real-time endpoints of SageMaker: created or updated, then proven, or the old one back in place. */
export function createDeploymentActivities({ aws }: { aws: AwsProvider }) {
  return {
    /**
     * Creates the model, an endpoint config of this run's own, and the endpoint, or updates it. Waits while the endpoint
     * is busy with something else; an endpoint that Temper did not make for this name is a `Conflict`.
     */
    async submitDeployment(input: DeploymentInput): Promise<{ created: boolean }> {
      const { run, account, endpoint: name } = input;
      const { sagemaker } = aws(account.region);
      const tagsFor = (request: unknown) => resourceTags(run, 'deploy', request);
      const config = endpointConfigName(run);

      const existing = await endpoints.describeEndpoint(sagemaker, name);
      const owner = existing ? await endpoints.ownerOf(sagemaker, existing) : undefined;
      if (owner && owner.name !== run.name) {
        throw failure(
          'Conflict',
          `endpoint ${name} was not made by Temper for ${run.name} (its tag temper:name is ${JSON.stringify(owner.name)}); ` +
            'choose another deploy.endpoint, or set that tag to hand the endpoint over',
        );
      }
      const created = !existing || owner?.run === workflowIdOf(run);
      const target = existing && endpoints.targetConfig(existing);
      if (target === config) return { created };
      if (existing && endpoints.BUSY.has(existing.EndpointStatus ?? '')) {
        throw stillInProgress({ resource: name, status: existing.EndpointStatus ?? '' });
      }
      if (existing && existing.EndpointStatus !== 'InService') {
        throw failure(
          'EndpointFailed',
          `endpoint ${name} is ${existing.EndpointStatus} and cannot be updated: ${existing.FailureReason ?? 'no reason given'}; delete it and run again`,
        );
      }

      const modelName = await ensureModel(sagemaker, run, 'candidate', input.model, account);
      const { instance, instanceCount } = input;
      const request = { name: config, modelName, instance, instanceCount, previous: target };
      await endpoints.ensureConfig(sagemaker, request, tagsFor);
      if (existing) await endpoints.updateEndpoint(sagemaker, name, config);
      else await endpoints.createEndpoint(sagemaker, name, config, tagsFor({ name, config }));
      return { created };
    },

    /**
     * Looks once at the endpoint. In service, it must have this run's config, as SageMaker reports a rollback as success,
     * and must answer a row with a label.
     */
    async awaitDeployment(input: DeploymentRef & { data: DataSet; created: boolean }): Promise<Deployment> {
      const { run, endpoint: name, data, created } = input;
      const clients = aws(input.region);
      const endpoint = await look(`describe endpoint ${name}`, () =>
        endpoints.describeEndpoint(clients.sagemaker, name),
      );
      const status = endpoint?.EndpointStatus;
      if (!endpoint || !status) throw failure('EndpointFailed', `endpoint ${name} is gone: somebody deleted it`);
      if (endpoints.BUSY.has(status)) throw stillInProgress({ resource: name, status });
      const reason = endpoint.FailureReason ?? 'no reason given';
      if (status !== 'InService') throw failure('EndpointFailed', `endpoint ${name} is ${status}: ${reason}`);
      const endpointConfig = endpointConfigName(run);
      if (endpoint.EndpointConfigName !== endpointConfig) {
        throw failure(
          'RolledBack',
          `SageMaker rolled endpoint ${name} back to ${endpoint.EndpointConfigName}: ${reason}`,
        );
      }
      return { endpoint: name, endpointConfig, created, smokeTest: await smokeTest(clients, name, data) };
    },

    /**
     * Undoes what this run did to the endpoint, wherever it stands: deletes an endpoint that the run created, puts the
     * config from before back onto one that it updated, then deletes its config and model.
     */
    async revertDeployment({ run, region, endpoint: name }: DeploymentRef): Promise<void> {
      const { sagemaker } = aws(region);
      const config = endpointConfigName(run);
      const endpoint = await endpoints.describeEndpoint(sagemaker, name);
      const status = endpoint?.EndpointStatus ?? '';
      const busy = () => stillInProgress({ resource: name, status }, true);
      if (endpoint && (await endpoints.ownerOf(sagemaker, endpoint)).run === workflowIdOf(run)) {
        if (!endpoints.BUSY.has(status)) await endpoints.deleteEndpoint(sagemaker, name);
        throw busy();
      }
      const previous = await endpoints.previousConfig(sagemaker, config);
      if (endpoint && previous) {
        const target = endpoints.targetConfig(endpoint);
        if (target === config || target === previous) {
          if (endpoints.BUSY.has(status)) throw busy();
          if (endpoint.EndpointConfigName === config) {
            await endpoints.updateEndpoint(sagemaker, name, previous);
            throw busy();
          }
        }
      }
      await endpoints.deleteConfig(sagemaker, config);
      await removeModel(sagemaker, run, 'candidate');
    },
  };
}
