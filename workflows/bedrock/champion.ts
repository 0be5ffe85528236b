/** The champion of a Bedrock run: what it answers the test split from. */
import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { PipelineActivities } from '../../activities/index.ts';
import type { Champion } from '../../spec/champion.ts';
import { servedName } from '../../spec/engine.ts';
import { championDeploymentName } from '../../spec/naming.ts';
import type { BedrockRun } from '../context.ts';
import * as profiles from '../profiles.ts';
import { evaluationOptions } from './candidate.ts';
import { dismissGuard } from './guard.ts';
import { LONGEST_DEPLOYMENT_SECONDS } from './release.ts';

const quickCall = proxyActivities<PipelineActivities>(profiles.quickCall);
const submit = proxyActivities<PipelineActivities>(profiles.submit);
const removing = proxyActivities<PipelineActivities>(profiles.cleanUp);

const summary = (text: string): ActivityOptions => ({ summary: text });

/** A run that asks as the champion was trained and is served: in its words, by what has its name. */
export function inWordsOf(context: BedrockRun, { spec: { train, deploy, evaluate: own } }: Champion): BedrockRun {
  const { evaluate, ...spec } = context.spec;
  if (train.engine !== 'bedrock' || !evaluate || evaluate.by === 'transform') return context;
  const system = 'system' in own ? own.system : undefined;
  return { ...context, spec: { ...spec, train, deploy, evaluate: { ...evaluate, system } } };
}

/**
 * Asks the champion by what serves it; where nothing does, by a deployment of its own, which is gone afterwards.
 *
 * @param model ARN of the custom model
 * @param ask is given the model id to ask
 */
export async function withChampion<T>(
  context: BedrockRun,
  model: string,
  ask: (modelId: string) => Promise<T>,
): Promise<T> {
  const { run, spec, account, cleanUp } = context;
  const { to } = spec.deploy;
  if (to === 'bedrock-on-demand' || to === 'bedrock-provisioned') {
    const name = servedName(spec);
    const serving = await quickCall.findServing.executeWithOptions(summary(`see whether ${name} is the champion`), [
      { account, model, to, name },
    ]);
    if (serving) return ask(serving.arn);
  }
  const own = championDeploymentName(run);
  const options = await evaluationOptions(context, 'champion', [own]);
  const champion = { run, account, model, options, who: 'champion' } as const;
  cleanUp.register(own, async () => {
    await removing.removeCandidate.executeWithOptions(summary(`delete ${own}, if it is there`), [champion]);
    if (options.to === 'bedrock-provisioned' && options.guard) await dismissGuard(options.guard);
  });
  const { name } = await submit.submitCandidate.executeWithOptions(summary('let the champion answer'), [champion]);
  const { awaitCandidate } = proxyActivities<PipelineActivities>(profiles.awaitJob(LONGEST_DEPLOYMENT_SECONDS));
  const { arn } = await awaitCandidate.executeWithOptions(summary(`wait for ${name}`), [{ ...champion, name }]);
  const answer = await ask(arn);
  await cleanUp.remove(own);
  return answer;
}
