/** What serves a Bedrock model: created or updated in place, proven, or put back. */
import { type ActivityOptions, ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { ServerOptions } from '../../activities/deployment/servers.ts';
import type { PipelineActivities } from '../../activities/index.ts';
import { wordingOf } from '../../spec/bedrock/question.ts';
import { servingProblem } from '../../spec/bedrock/serving.ts';
import type { Deployment } from '../../spec/deployment.ts';
import { durationSeconds } from '../../spec/duration.ts';
import { servedName } from '../../spec/engine.ts';
import type { CustomizedModel, CustomModelRef, DataSet, Retention } from '../../spec/record.ts';
import type { BedrockRun, RunContext } from '../context.ts';
import { handOverOf } from '../hand-over.ts';
import * as profiles from '../profiles.ts';
import { dismissGuard, startGuard } from './guard.ts';

const submit = proxyActivities<PipelineActivities>(profiles.submit);
const removing = proxyActivities<PipelineActivities>(profiles.cleanUp);

const summary = (text: string): ActivityOptions => ({ summary: text });

/** A server that does not come up has failed long before. */
export const LONGEST_DEPLOYMENT_SECONDS = 4 * 3600;

/** Fails where nothing could serve the run's model in its region. The CLI does so too; no client gets past this. */
export function checkServing({ spec, account }: Pick<RunContext, 'spec' | 'account'>): void {
  const problem = servingProblem(spec, account.region);
  if (problem) throw ApplicationFailure.nonRetryable(`${problem.path.join('.')}: ${problem.message}`, 'InvalidSpec');
}

/** The model as it is handed over. */
const refOf = ({ customModel, base }: CustomizedModel): CustomModelRef => ({ engine: 'bedrock', customModel, base });

/** Registers the way back: what serves under the name has the model from before again, or is gone where there was none. */
export function registerRelease(
  context: BedrockRun,
  name: string,
  model: CustomizedModel,
  options: ServerOptions,
): void {
  const { run, account, cleanUp } = context;
  const release = { run, account, model: refOf(model), options, name };
  cleanUp.register(name, async () => {
    await removing.revertRelease.executeWithOptions(summary(`put ${name} back`), [release]);
    if (options.to === 'bedrock-provisioned' && options.guard) await dismissGuard(options.guard);
  });
}

/** How the model is to serve. */
function optionsOf({ spec: { deploy } }: BedrockRun): ServerOptions {
  switch (deploy.to) {
    case 'bedrock-on-demand':
      return { to: deploy.to };
    case 'bedrock-provisioned': {
      const { to, modelUnits, commitment } = deploy;
      return { to, modelUnits, commitment };
    }
    default:
      throw ApplicationFailure.nonRetryable(`Bedrock serves no custom model by ${deploy.to}`, 'InvalidSpec');
  }
}

/** A throughput with a time to live has its guard before anything else. */
async function guarded(context: BedrockRun, name: string, options: ServerOptions): Promise<ServerOptions> {
  const { run, account, spec } = context;
  const ttl = spec.deploy.to === 'bedrock-provisioned' ? spec.deploy.ttl : undefined;
  if (options.to !== 'bedrock-provisioned' || ttl === undefined) return options;
  const life = { region: account.region, names: [name], seconds: durationSeconds(ttl) };
  return { ...options, guard: await startGuard(run, 'served', life) };
}

/** Creates what serves, or moves it to the model, as soon as no other run is busy with it. */
async function release(context: BedrockRun, name: string, model: CustomizedModel): Promise<{ created: boolean }> {
  const { run, account, takeover } = context;
  const options = await guarded(context, name, optionsOf(context));
  registerRelease(context, name, model, options);
  return submit.submitRelease.executeWithOptions(summary(`let ${name} answer with ${model.modelName}`), [
    { run, account, model: refOf(model), options, name, ...(takeover && { adopted: true }) },
  ]);
}

/** Hands the custom model over: it becomes the newest of its name, and serves where the spec says so. */
export async function deployOnBedrock(
  context: BedrockRun,
  data: DataSet,
  model: CustomizedModel,
): Promise<{ deployment?: Deployment; retention?: Retention }> {
  const { run, spec, progress, cleanUp } = context;
  const handOver = { ...handOverOf(context), model: refOf(model) };
  if (spec.deploy.to === 'none') {
    // A cancel waits for it, so that a model that was handed over is never taken for one that was not.
    await submit.publishModel.executeWithOptions(summary(`make this the newest model of ${run.name}`), [handOver]);
    return {};
  }
  const name = servedName(spec);
  const evaluatedThere = progress.record.candidate?.name === name;
  const { created } = evaluatedThere ? { created: true } : await release(context, name, model);
  const { awaitRelease } = proxyActivities<PipelineActivities>(profiles.awaitHandOver(LONGEST_DEPLOYMENT_SECONDS));
  const { keep } = spec.train;
  const released = await awaitRelease.executeWithOptions(
    summary(`wait for ${name}, ask it, make this the newest model of ${run.name}, keep ${keep}`),
    [{ ...handOver, options: optionsOf(context), name, data, created, wording: wordingOf(spec), keep }],
  );
  cleanUp.keep(name);
  return released;
}
