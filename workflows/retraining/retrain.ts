/** A firing of a schedule: it decides, and where it trains it starts a run and waits for its end. */
import { type ActivityOptions, ApplicationFailure, CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { PipelineActivities } from '../../activities/index.ts';
import { workflowIdOf } from '../../spec/naming.ts';
import { budgetNotice, pausedNotice } from '../../spec/notices/firing.ts';
import { RUN_VERSION } from '../../spec/record.ts';
import type { Firing } from '../../spec/retrain.ts';
import { comparesData } from '../../spec/retraining/answered.ts';
import type { RetrainInput } from '../messages.ts';
import * as profiles from '../profiles.ts';
import { keepTo, leaveToNewest } from '../versioning.ts';
import { contextOf, type FiringContext } from './context.ts';
import { decide } from './decide.ts';
import { checkSetting, failedFiring, undecided, unkept } from './failures.ts';
import { FiringProgress } from './progress.ts';
import { runToItsEnd, settle } from './run.ts';

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

interface Begun {
  readonly begun: Firing;
  /** Of the run, where it is another one than that of the spec. */
  readonly budget?: string | undefined;
  /** Whether the month's budget has held back a firing before. */
  readonly outOfBudget: boolean;
}

/** Decides, and where it is to train reserves what that can cost. */
async function begin(context: FiringContext, progress: FiringProgress): Promise<Begun> {
  const { name, account, scheduledAt, run, spec } = context;
  const { decision, allowance, outOfBudget } = await decide(context, progress);
  const decided: Firing = { version: RUN_VERSION, name, scheduledAt, decision };
  if (!allowance) return { begun: await keep(context, progress, decided), outOfBudget };
  if (comparesData(spec)) {
    const what = summary('keep what the data of the run consists of');
    await submit.keepData.executeWithOptions(what, [{ account, run }]);
  }
  const { budget, reservedUsd } = allowance;
  const reserved = { ...decided, run: workflowIdOf(run), ...(reservedUsd !== undefined && { reservedUsd }) };
  return { begun: await keep(context, progress, reserved), budget, outOfBudget };
}

/** Starts the run, and sees it to its end. */
async function train(context: FiringContext, progress: FiringProgress, { begun, budget }: Begun): Promise<Firing> {
  const ending = await runToItsEnd(context, begun.decision, budget);
  return CancellationScope.nonCancellable(async () => {
    const firing = await settle(context, begun, ending);
    await keep(context, progress, firing).catch((error: unknown) => {
      throw unkept(firing, error);
    });
    progress.end(firing);
    if (firing.outcome === 'failed') throw failedFiring(firing);
    if (ending.interrupted) throw ending.interrupted;
    return firing;
  });
}

async function fire(context: FiringContext, progress: FiringProgress): Promise<Firing> {
  const begun = await begin(context, progress).catch((error: unknown) => {
    throw undecided(context, error);
  });
  const trains = begun.begun.run !== undefined;
  const firing = trains ? await train(context, progress, begun) : progress.end(begun.begun);
  // Once a month is enough: a schedule may look each hour.
  if (firing.decision.obstacle === 'budget' && !begun.outOfBudget)
    await progress.tell('budget', () => budgetNotice(firing));
  return firing;
}

/**
 * One firing of a name's schedule. Returns its card: a skip, or what became of the run that it started. A run that failed
 * fails the firing, which pauses the schedule. Cancelled, it cancels the run and waits for its end; terminated, it leaves it.
 */
export async function retrain(input: RetrainInput): Promise<Firing> {
  checkSetting(input);
  const context = contextOf(input);
  const progress = new FiringProgress(context);
  try {
    return await fire(context, progress);
  } catch (error) {
    // What else ends a firing, a cancel, does not pause its schedule.
    if (error instanceof ApplicationFailure) await progress.tell('failed', () => pausedNotice(context, error));
    throw error;
  } finally {
    leaveToNewest();
  }
}

// Its run is started with the code that it has itself.
keepTo('PINNED', retrain);
