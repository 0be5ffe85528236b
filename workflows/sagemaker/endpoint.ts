/** A SageMaker endpoint: created or updated, proven, or put back. */
import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { PipelineActivities } from '../../activities/index.ts';
import { captureOf } from '../../spec/capture.ts';
import type { Deployment } from '../../spec/deployment.ts';
import { modelName } from '../../spec/naming.ts';
import type { DataSet, ModelRef } from '../../spec/record.ts';
import type { Spec } from '../../spec/spec.ts';
import type { RunContext } from '../context.ts';
import { handOverOf } from '../hand-over.ts';
import { isShortage, onFirstMachine } from '../machines.ts';
import * as profiles from '../profiles.ts';

const submit = proxyActivities<PipelineActivities>(profiles.submitOrMoveOn);
const removing = proxyActivities<PipelineActivities>(profiles.cleanUp);

// A deployment has no limit of its own: SageMaker gives up on a fleet that does not come up within four hours.
const LONGEST_DEPLOYMENT_SECONDS = 4 * 3600;

const GIVING_UP = {
  because: 'no machine could be had for the endpoint',
  otherwise: 'name another deploy.instance or raise train.maxWait',
};

type EndpointSpec = Extract<Spec['deploy'], { to: 'sagemaker-endpoint' }>;

const summary = (text: string): ActivityOptions => ({ summary: text });

/** Serves the model at the endpoint, as soon as there are machines. While there are none, what served before serves alone. */
export async function deployToEndpoint(
  context: RunContext,
  deploy: EndpointSpec,
  data: DataSet,
  model: ModelRef,
): Promise<Deployment> {
  const { run, spec, cleanUp } = context;
  const { endpoint = run.name, instance } = deploy;
  return onFirstMachine(
    context,
    { instances: [instance], maxWait: spec.train.maxWait, givingUp: GIVING_UP },
    () => endpoint,
    async () => {
      try {
        return await deployOnce(context, deploy, data, model);
      } catch (error) {
        // An endpoint that failed can only be deleted, and other runs of the name may have more luck meanwhile.
        if (isShortage(error)) await cleanUp.remove(endpoint);
        throw error;
      }
    },
  );
}

async function deployOnce(
  context: RunContext,
  deploy: EndpointSpec,
  data: DataSet,
  model: ModelRef,
): Promise<Deployment> {
  const { run, account, progress, cleanUp } = context;
  const { endpoint = run.name, instance, instanceCount } = deploy;
  const ref = { run, account, endpoint };
  const capture = captureOf({ name: run.name, deploy }, account.bucket);
  // From here on the endpoint may need the model: it goes with the deployment, and stays where that cannot be undone.
  cleanUp.keep(modelName(run, 'candidate'));
  cleanUp.register(endpoint, () =>
    removing.revertDeployment.executeWithOptions(summary(`put endpoint ${endpoint} back`), [ref]),
  );
  const { created } = await submit.submitDeployment.executeWithOptions(
    summary(`create or update endpoint ${endpoint}`),
    [{ run, account, model, endpoint, instance, instanceCount, ...(capture && { capture }) }],
  );
  progress.listWaiting();
  const { awaitDeployment } = proxyActivities<PipelineActivities>(profiles.awaitHandOver(LONGEST_DEPLOYMENT_SECONDS));
  const deployment = await awaitDeployment.executeWithOptions(
    summary(`wait for endpoint ${endpoint}, ask it, make this the newest model of ${run.name}`),
    [{ ...ref, ...handOverOf(context), model, data, created }],
  );
  cleanUp.keep(endpoint);
  return deployment;
}
