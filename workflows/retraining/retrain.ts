/** A firing of a schedule: it decides, and where it trains it starts a run and waits for its end. */
import { type ActivityOptions, CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { PipelineActivities } from '../../activities/index.ts';
import { workflowIdOf } from '../../spec/naming.ts';
import { RUN_VERSION } from '../../spec/record.ts';
import type { Firing } from '../../spec/retrain.ts';
import { checkVersion } from '../failures.ts';
import type { RetrainInput } from '../messages.ts';
import * as profiles from '../profiles.ts';
import { keepTo } from '../versioning.ts';
import { contextOf, type FiringContext } from './context.ts';
import { decide } from './decide.ts';
import { failedFiring, undecided } from './failures.ts';
import { FiringProgress } from './progress.ts';
import { runToItsEnd, settled } from './run.ts';

const submit = proxyActivities<PipelineActivities>(profiles.submit);
const telling = proxyActivities<PipelineActivities>(profiles.afterHandOver);

const summary = (text: string): ActivityOptions => ({ summary: text });

/** Keeps the firing in the ledger, and lets the schedule's note tell of it. */
async function keep({ account, name }: FiringContext, progress: FiringProgress, firing: Firing): Promise<Firing> {
  progress.note(firing);
  await submit.recordFiring.executeWithOptions(summary('write the card of the firing'), [{ account, firing }]);
  // Nothing hangs on the note: where it cannot be written, the ledger still has it all.
  await telling.noteFirings
    .executeWithOptions(summary("tell the last decisions in the schedule's note"), [{ account, name }])
    .catch(() => {});
  return firing;
}

/**
 * One firing of a name's schedule. Returns its card: a skip, or what became of the run that it started. A run that failed
 * fails the firing, which pauses the schedule. Cancelled, it cancels the run and waits for its end; terminated, it leaves it.
 */
export async function retrain(input: RetrainInput): Promise<Firing> {
  checkVersion(input);
  const context = contextOf(input);
  const progress = new FiringProgress(context);
  const { decision, allowance } = await decide(context, progress).catch((error: unknown) => {
    throw undecided(context, error);
  });
  const begun = { version: RUN_VERSION, name: context.name, scheduledAt: context.scheduledAt, decision };
  if (!allowance) return progress.end(await keep(context, progress, begun));
  if (input.spec.retrain?.when?.newData) {
    const what = summary('keep what the data of the run consists of');
    await submit.keepData.executeWithOptions(what, [{ account: input.account, run: context.run }]);
  }
  const { budget, reservedUsd } = allowance;
  const run = workflowIdOf(context.run);
  const reserved = await keep(context, progress, { ...begun, run, ...(reservedUsd !== undefined && { reservedUsd }) });
  const ending = await runToItsEnd(context, decision, budget);
  return CancellationScope.nonCancellable(async () => {
    const firing = progress.end(await keep(context, progress, await settled(context, reserved, ending)));
    if (firing.outcome === 'failed') throw failedFiring(firing);
    if (ending.interrupted) throw ending.interrupted;
    return firing;
  });
}

// Its run is started with the code that it has itself.
keepTo('PINNED', retrain);
