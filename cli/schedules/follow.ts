/** Following a firing: it decides, and where it trains its run is followed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { isPipelineCode } from '../../spec/errors/pipeline.ts';
import type { Firing } from '../../spec/retrain.ts';
import type { Context } from '../context.ts';
import { EXIT, UserError } from '../errors.ts';
import { firingLines } from '../rendering/schedules.ts';
import { announceRun, EXIT_OF, follow } from '../runs/follow.ts';
import { hasWorker, type Temporal } from '../temporal.ts';
import { lookForSchedule } from './find.ts';
import { describeFiring, runOf } from './under-way.ts';

const LOOK_MS = 300;
const PAUSES_WITHIN_MS = 10_000;

/** Tells what the firing does until it is over. `undefined` where the following was interrupted before. */
export async function followFiring(context: Context, temporal: Temporal, firing: string): Promise<Firing | undefined> {
  const { output, signal } = context;
  let told = false;
  while (!signal.aborted) {
    const described = await describeFiring(temporal, firing);
    const over = described?.status.name !== 'RUNNING' ? await resultOf(temporal, firing) : undefined;
    const run = over ? over.run : described && runOf(described);
    if (run !== undefined) {
      announceRun(context, temporal, run, 'run.started');
      const { closed } = await follow(context, temporal, run);
      // Its card is written yet.
      return over ?? (closed ? resultOf(temporal, firing, signal) : undefined);
    }
    if (over) return over;
    if (!told && !(await hasWorker(temporal))) {
      told = true;
      output.note({
        code: 'missing.worker',
        text: '  … no worker answers: the firing waits for one; start it with: temper worker',
      });
    }
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
  }
  return undefined;
}

/** The card of a firing that is over. Throws a user error where it could not decide, or was ended from outside. */
async function resultOf({ client }: Temporal, firing: string, signal?: AbortSignal): Promise<Firing | undefined> {
  const handle = client.workflow.getHandle(firing);
  try {
    return (await (signal ? client.withAbortSignal(signal, () => handle.result()) : handle.result())) as Firing;
  } catch (error) {
    if (signal?.aborted) return undefined;
    const [card] = error instanceof WorkflowFailedError ? cardsIn(error.cause) : [];
    // Of a run that came to something else, what went wrong is told: its card could not be written.
    if (card?.outcome === 'failed') return card;
    throw error instanceof WorkflowFailedError ? endingOf(firing, error) : error;
  }
}

/** A run that failed fails its firing, which carries its card. */
const cardsIn = (cause: unknown): Firing[] =>
  cause instanceof ApplicationFailure ? ((cause.details ?? []) as Firing[]) : [];

/** Whether it is a firing that has failed, which pauses its schedule. */
export const isFailedFiring = (error: unknown): boolean =>
  error instanceof UserError && error.cause instanceof ApplicationFailure;

/** Why there is no card. */
function endingOf(firing: string, { cause }: WorkflowFailedError): unknown {
  if (cause instanceof ApplicationFailure) {
    return new UserError(cause.type && isPipelineCode(cause.type) ? cause.type : 'Unknown', cause.message, { cause });
  }
  const cancelled = cause instanceof CancelledFailure;
  return new UserError('FiringEnded', `${firing} was ${cancelled ? 'cancelled' : 'ended'} from outside`, {
    fix: 'a run that it had started is told by: temper ls',
    exitCode: cancelled ? EXIT.cancelled : EXIT.failed,
    cause,
  });
}

/**
 * Waits for the pause that a failed firing brings, which Temporal makes a moment after the firing has ended: what is asked of the
 * schedule next, such as to go on, then meets it.
 */
export async function untilPaused(temporal: Temporal, name: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + PAUSES_WITHIN_MS;
  while (!signal.aborted && Date.now() < deadline) {
    const schedule = await lookForSchedule(temporal, name);
    // One that is gone by now pauses no more.
    if (!schedule || schedule.description.state.paused) return;
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

/** Tells what came of a firing, and sets the exit code: that of its run. */
export function concludeFiring(
  context: Context,
  { name, firing, asked }: { readonly name: string; readonly firing: string; readonly asked: boolean },
  card: Firing | undefined,
): void {
  const { output } = context;
  if (!card) {
    context.exitCode = EXIT.interrupted;
    if (output.json) output.result({ firing }, '');
    output.note({
      code: 'interrupted',
      text: `\n  stopped following; the firing goes on, see it with: temper schedule show ${name}`,
      data: { firing },
    });
    return;
  }
  const { decision, outcome } = card;
  // Who asks for a run and gets none has not got what they asked for.
  if (decision.decided === 'skip') context.exitCode = asked ? EXIT.failed : EXIT.done;
  else if (outcome) context.exitCode = EXIT_OF[outcome];
  output.result(card, ['', ...firingLines(card, output)].join('\n'));
  if (outcome === 'failed') {
    const text = `  see what to do with: temper show ${card.run}\n  a run that fails pauses its schedule; go on with: temper schedule resume ${card.name}`;
    output.note({ code: 'schedule.paused', text });
  }
}
