import { CancellationScope, isCancellation, setHandler } from '@temporalio/workflow';
import type { Result, RunRecord } from '../spec/record.ts';
import { receiveDecisions } from './approval.ts';
import { checkServing } from './bedrock/release.ts';
import { checkBudget } from './budget.ts';
import { CleanUp } from './clean-up.ts';
import type { RunContext } from './context.ts';
import { checkVersion, closing, failureOf } from './failures.ts';
import { type FineTuneInput, recordQuery } from './messages.ts';
import { prepare } from './prepare.ts';
import { Progress } from './progress.ts';
import { approve, deploy, evaluate, gate, letGo, train } from './stages.ts';
import { keepTo, leaveToNewest } from './versioning.ts';

async function pipeline(context: RunContext): Promise<Result> {
  const { progress, spec } = context;
  const prepared = await progress.stage('data', () => prepare(context));
  // What Bedrock bills by is known now.
  checkBudget(context, { splits: prepared.data.splits });
  const { model } = await progress.stage('train', () => train(context, prepared));
  if (spec.evaluate) {
    const { evaluations } = await progress.stage('evaluate', () => evaluate(context, prepared, model));
    const verdict = await gate(context, prepared, evaluations);
    if (verdict.gate.some(({ passed }) => !passed)) return letGo(context, model, 'rejected');
  }
  if ((await approve(context)) === 'decline') return letGo(context, model, 'declined');
  await progress.stage('deploy', () => deploy(context, prepared, model));
  return letGo(context, model, 'passed');
}

/**
 * One fine-tuning run. Returns the run's record; a model that was rejected or declined is a result, not a failure. Fails with an
 * ApplicationFailure that carries the record. However it ends, what bills and was not handed over is gone.
 */
export async function fineTune(input: FineTuneInput): Promise<RunRecord> {
  checkVersion(input);
  const progress = new Progress(input);
  setHandler(recordQuery, () => progress.record);
  receiveDecisions(progress);
  const cleanUp = new CleanUp();
  try {
    checkServing(input);
    checkBudget(input);
    const outcome = await pipeline({ ...input, progress, cleanUp });
    return await progress.end(outcome, await cleanUp.run());
  } catch (error) {
    // A call that was under way when the cancel came may fail for a reason of its own, and is not tried again.
    const cancelled = isCancellation(error) || CancellationScope.current().consideredCancelled;
    if (!cancelled) progress.note({ failure: failureOf(error, progress.record.stage) });
    await progress.end(cancelled ? 'cancelled' : 'failed', await cleanUp.run());
    throw closing(error, progress.record);
  } finally {
    leaveToNewest();
  }
}

// Ends with the code that it began with: a change of this code need not replay the runs under way.
keepTo('PINNED', fineTune);
