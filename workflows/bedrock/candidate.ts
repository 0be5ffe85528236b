/** The candidate of a Bedrock run: a custom model answers only once it is deployed, and so has to be for its evaluation. */
import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { ServerOptions } from '../../activities/deployment/servers.ts';
import type { PipelineActivities } from '../../activities/index.ts';
import { candidateServing } from '../../spec/bedrock/serving.ts';
import type { CandidateDeployment } from '../../spec/deployment.ts';
import { durationSeconds } from '../../spec/duration.ts';
import { servedName } from '../../spec/engine.ts';
import { candidateDeploymentName } from '../../spec/naming.ts';
import type { CustomizedModel } from '../../spec/record.ts';
import type { BedrockRun, RunContext } from '../context.ts';
import * as profiles from '../profiles.ts';
import { dismissGuard, startGuard } from './guard.ts';
import { LONGEST_DEPLOYMENT_SECONDS, registerRelease } from './release.ts';

const submit = proxyActivities<PipelineActivities>(profiles.submit);
const removing = proxyActivities<PipelineActivities>(profiles.cleanUp);

const summary = (text: string): ActivityOptions => ({ summary: text });

/** How a contender is served for its evaluation; what bills by the hour has its guard first. */
export async function evaluationOptions(
  context: BedrockRun,
  whose: 'candidate' | 'champion',
  names: readonly string[],
): Promise<ServerOptions> {
  const { run, spec, account } = context;
  const to = candidateServing(spec, account.region);
  if (to === 'bedrock-on-demand' || spec.deploy.to !== 'bedrock-provisioned') return { to: 'bedrock-on-demand' };
  const { modelUnits, ttl } = spec.deploy;
  const evaluation = durationSeconds(spec.evaluate?.maxRuntime ?? '1d') + LONGEST_DEPLOYMENT_SECONDS;
  const serves = whose === 'candidate' && ttl !== undefined;
  const seconds = serves ? durationSeconds(ttl) : evaluation;
  const guard = await startGuard(run, whose, { region: account.region, names, seconds });
  // Nobody commits to a model that has not passed.
  return { to, modelUnits: serves ? modelUnits : 1, commitment: 'none', guard };
}

/**
 * Gives the candidate something to answer from, and waits until it does. Where the name that serves is free it gets that
 * name, and serves by passing; otherwise one of its own. Its clean-up is registered: it goes when the run is over, whatever
 * the run ends by, unless it was handed over.
 *
 * @returns the deployment or throughput; its `arn` is the model id to ask
 */
export async function deployCandidate(context: BedrockRun, model: CustomizedModel): Promise<CandidateDeployment> {
  const { run, spec, account, progress, cleanUp } = context;
  const own = candidateDeploymentName(run);
  const committed = spec.deploy.to === 'bedrock-provisioned' && spec.deploy.commitment !== 'none';
  const served = spec.deploy.to === candidateServing(spec, account.region) && !committed ? servedName(spec) : undefined;
  const options = await evaluationOptions(context, 'candidate', served === undefined ? [own] : [served, own]);
  const candidate = { run, account, model: model.customModel, options };
  cleanUp.register(own, async () => {
    await removing.removeCandidate.executeWithOptions(summary(`delete ${own}, if it is there`), [candidate]);
    if (options.to === 'bedrock-provisioned' && options.guard && progress.record.candidate?.name === own)
      await dismissGuard(options.guard);
  });
  if (served !== undefined) registerRelease(context, served, model, options);
  const { name } = await submit.submitCandidate.executeWithOptions(
    summary(`let ${model.modelName} answer, as ${served ?? own}`),
    [{ ...candidate, ...(served === undefined ? {} : { servedName: served }) }],
  );
  // It has one name only: what is not called by the other need not be looked for in the end.
  if (served !== undefined) cleanUp.keep(name === own ? served : own);
  const { awaitCandidate } = proxyActivities<PipelineActivities>(profiles.awaitJob(LONGEST_DEPLOYMENT_SECONDS));
  const deployed = await awaitCandidate.executeWithOptions(summary(`wait for ${name}`), [{ ...candidate, name }]);
  progress.note({ candidate: deployed });
  return deployed;
}

/**
 * Gives back what the candidate answers from where that bills by the hour: a decision may take days. After it the model is
 * served anew. A deployment that bills what is asked of it stays.
 *
 * @returns its name, where it was given back
 */
export async function giveBackCandidate({ progress, cleanUp }: RunContext): Promise<string | undefined> {
  const { candidate } = progress.record;
  if (candidate?.to !== 'bedrock-provisioned') return undefined;
  await cleanUp.remove(candidate.name);
  progress.forget('candidate');
  return candidate.name;
}
