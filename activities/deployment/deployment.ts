import type { DescribeEndpointOutput, SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { Capture } from '../../spec/capture.ts';
import type { EndpointDeployment } from '../../spec/deployment.ts';
import { endpointConfigName, type RunRef, TAGS, workflowIdOf } from '../../spec/naming.ts';
import type { Account, DataSet, ModelRef } from '../../spec/record.ts';
import type { AwsProvider } from '../aws.ts';
import { failure } from '../errors.ts';
import { type HandOver, publishModel, withdrawModel } from '../models.ts';
import { isOfCapacity } from '../sagemaker/job-failure.ts';
import { ensureModel, removeModel } from '../sagemaker/models.ts';
import { resourceTags } from '../sagemaker/tags.ts';
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
  readonly capture?: Capture;
}

/** A deployment, as far as it is needed to revert it. */
export interface DeploymentRef extends Pick<HandOver, 'run' | 'account'> {
  readonly endpoint: string;
}

/** A deployment, as far as it is needed to prove it and to hand its model over. */
export interface EndpointHandOver extends DeploymentRef, HandOver {
  readonly model: ModelRef;
  readonly data: DataSet;
  readonly created: boolean;
}

/** Throws unless the endpoint is the run's to update; `InProgress` where it will be in a while. */
async function untilFree(
  sagemaker: SageMakerClient,
  run: RunRef,
  name: string,
  endpoint: DescribeEndpointOutput,
  ownerName: string | undefined,
): Promise<void> {
  const status = endpoint.EndpointStatus ?? '';
  if (ownerName !== run.name) {
    throw failure(
      'Conflict',
      `endpoint ${name} was not made by Temper for ${run.name} (its tag temper:name is ${JSON.stringify(ownerName)}); ` +
        'choose another deploy.endpoint, or set that tag to hand the endpoint over',
    );
  }
  if (endpoints.BUSY.has(status)) throw stillInProgress({ resource: name, status });
  if (status !== 'InService') {
    throw failure(
      'EndpointFailed',
      `endpoint ${name} is ${status} and cannot be updated: ${endpoint.FailureReason ?? 'no reason given'}; delete it and run again`,
    );
  }
  if (!(await endpoints.isSettled(sagemaker, endpoint))) {
    throw stillInProgress({ resource: name, status, secondaryStatus: 'being proven by another run' });
  }
}

/** Real-time endpoints of SageMaker: created or updated, then proven, or the old one back in place. */
export function createDeploymentActivities({ aws }: { aws: AwsProvider }) {
  return {
    /**
     * Creates the model, an endpoint config of this run's own, and the endpoint, or updates it. Waits while the endpoint
     * is busy, and until what another run put onto it is proven or taken off: each run has the endpoint to itself. An
     * endpoint that Temper did not make for this name is a `Conflict`.
     */
    async submitDeployment(input: DeploymentInput): Promise<{ created: boolean }> {
      const { run, account, endpoint: name } = input;
      const { sagemaker } = aws(account.region);
      const tagsFor = (request: unknown) => resourceTags(run, 'deploy', request);
      const config = endpointConfigName(run);

      const existing = await endpoints.describeEndpoint(sagemaker, name);
      const owner = existing && (await endpoints.ownerOf(sagemaker, existing));
      const created = !existing || owner?.run === workflowIdOf(run);
      const target = existing && endpoints.targetConfig(existing);
      if (target === config) return { created };
      if (existing) await untilFree(sagemaker, run, name, existing, owner?.name);

      const modelName = await ensureModel(sagemaker, run, 'candidate', input.model, account);
      const { instance, instanceCount, capture } = input;
      const configArn = await endpoints.ensureConfig(
        sagemaker,
        { name: config, modelName, instance, instanceCount, ...(capture && { capture }) },
        tagsFor,
      );
      if (!existing) {
        await endpoints.createEndpoint(sagemaker, name, config, tagsFor({ name, config }));
        return { created };
      }
      await endpoints.rememberPrevious(sagemaker, configArn, target ?? '');
      await endpoints.updateEndpoint(sagemaker, name, config);
      return { created };
    },

    /**
     * Looks once at the endpoint. In service, it must have this run's config, as SageMaker reports a rollback as success,
     * and must answer a row with a label; then the model becomes the newest of its name.
     */
    async awaitDeployment(input: EndpointHandOver): Promise<EndpointDeployment> {
      const { run, endpoint: name, data, created } = input;
      const clients = aws(input.account.region);
      const endpoint = await look(`describe endpoint ${name}`, () =>
        endpoints.describeEndpoint(clients.sagemaker, name),
      );
      const status = endpoint?.EndpointStatus;
      if (!endpoint || !status) throw failure('EndpointFailed', `endpoint ${name} is gone: somebody deleted it`);
      if (endpoints.BUSY.has(status)) throw stillInProgress({ resource: name, status });
      const reason = endpoint.FailureReason ?? 'no reason given';
      const lack = isOfCapacity(reason) ? 'CapacityUnavailable' : undefined;
      if (status !== 'InService') throw failure(lack ?? 'EndpointFailed', `endpoint ${name} is ${status}: ${reason}`);
      const endpointConfig = endpointConfigName(run);
      if (endpoint.EndpointConfigName !== endpointConfig) {
        const { EndpointConfigName: now } = endpoint;
        if ((await endpoints.configTags(clients.sagemaker, endpointConfig))?.get(endpoints.PREVIOUS_TAG) === now)
          throw failure(lack ?? 'RolledBack', `SageMaker rolled endpoint ${name} back to ${now}: ${reason}`);
        const message = `somebody gave endpoint ${name} the config ${now} before this run had proven its own`;
        throw failure('RolledBack', message);
      }
      const proof = await smokeTest(clients, { run, endpoint: name, data });
      // In this order: once it is proven the next run takes the endpoint, and its version is to be the later one.
      await publishModel(clients.s3, input);
      await endpoints.markProven(clients.sagemaker, endpointConfig);
      return { to: 'sagemaker-endpoint', endpoint: name, endpointConfig, created, smokeTest: proof };
    },

    /**
     * Undoes what this run did to the endpoint, wherever it stands: puts the config from before back, or deletes the
     * endpoint where the run created it; then deletes its config and model. An endpoint that has another config by now
     * is left as it is, and so is what has the names of its own and is not the run's. No run starts from the model.
     */
    async revertDeployment(deployment: DeploymentRef): Promise<void> {
      const { run, account, endpoint: name } = deployment;
      const { sagemaker, s3 } = aws(account.region);
      await withdrawModel(s3, deployment);
      const config = endpointConfigName(run);
      const tags = await endpoints.configTags(sagemaker, config);
      const isTheirs = tags !== undefined && tags.get(TAGS.run) !== workflowIdOf(run);
      // The run has not come past the name that was taken.
      if (isTheirs) return removeModel(sagemaker, run, 'candidate');
      const endpoint = await endpoints.describeEndpoint(sagemaker, name);
      const status = endpoint?.EndpointStatus ?? '';
      const onIt = endpoint?.EndpointConfigName === config;
      const onItsWay = endpoint && endpoints.targetConfig(endpoint) === config;
      if (endpoint && (onIt || onItsWay)) {
        if (!endpoints.BUSY.has(status)) {
          const { run: creator } = await endpoints.ownerOf(sagemaker, endpoint);
          const previous = tags?.get(endpoints.PREVIOUS_TAG);
          await endpoints.unmarkProven(sagemaker, config);
          if (previous) await endpoints.updateEndpoint(sagemaker, name, previous);
          else if (creator === workflowIdOf(run)) await endpoints.deleteEndpoint(sagemaker, name);
          else throw failure('EndpointFailed', `endpoint ${name} has no config to go back to; it stays on ${config}`);
        }
        throw stillInProgress({ resource: name, status }, true);
      }
      // It served, and another run has the endpoint now: its config is what that run would go back to.
      if (tags?.has(endpoints.PROVEN_TAG)) return;
      await endpoints.deleteConfig(sagemaker, config);
      await removeModel(sagemaker, run, 'candidate');
    },
  };
}
