/** `temper schedule trigger NAME`: a firing now. */
import { setTimeout as sleep } from 'node:timers/promises';
import { msToTs } from '@temporalio/common/lib/time.js';
import { createAwsClients } from '../../activities/aws.ts';
import { writeRequest } from '../../activities/retraining/requests.ts';
import { costOf } from '../../spec/cost/cost.ts';
import { NO_PRICES } from '../../spec/cost/prices.ts';
import { firingIdOf, scheduleIdOf } from '../../spec/naming.ts';
import { canAsk, consents } from '../ask.ts';
import type { Context } from '../context.ts';
import { awsFailure } from '../endpoints/aws-failure.ts';
import { isBilled, nameEnvironment } from '../environment.ts';
import { UserError } from '../errors.ts';
import { costLine } from '../rendering/plan.ts';
import { type Temporal, uiAddress } from '../temporal.ts';
import { whoIs } from '../who.ts';
import { findSchedule, type Schedule, type Setting, settingOf } from './find.ts';
import { concludeFiring, followFiring, isFailedFiring, untilPaused } from './follow.ts';
import { describeFiring, FIRES_WITHIN_MS, LOOK_MS, underWay } from './under-way.ts';

export interface TriggerOptions {
  readonly comment: string | undefined;
  /** Whether the conditions of the spec decide, as they do by the clock. */
  readonly whenDue: boolean;
  readonly detach: boolean;
  readonly yes: boolean;
}

/** SCHEDULE_OVERLAP_POLICY_SKIP, which the schedule has as well: the SDK's own trigger would let two fire at once. */
const SKIP = 1;

/** Fires unless a firing is under way, and follows it; the exit code is that of its run. */
export async function triggerSchedule(
  context: Context,
  temporal: Temporal,
  name: string,
  options: TriggerOptions,
): Promise<void> {
  const { output } = context;
  nameEnvironment(context, temporal.environment);
  const schedule = await findSchedule(temporal, name);
  const setting = settingOf(schedule);
  await refuseUnderWay(temporal, schedule);
  if (!(await agreed(context, temporal, setting, options))) return;
  if (schedule.description.state.paused) {
    output.note({ code: 'schedule.paused', text: `  ${name} is paused, and stays so: it fires this once` });
  }
  const firing = await fire(context, temporal, setting, options);
  if (options.detach) {
    const ui = uiAddress(temporal.environment, firing);
    const text = `${name} fires; see what it decides with: temper schedule show ${name}`;
    return output.result({ firing, ...(ui && { ui }) }, output.hint(text));
  }
  const pause = () => untilPaused(temporal, name, context.signal);
  const card = await followFiring(context, temporal, firing).catch(async (error: unknown) => {
    if (isFailedFiring(error)) await pause();
    throw error;
  });
  if (card?.outcome === 'failed') await pause();
  concludeFiring(context, { name, firing, asked: !options.whenDue }, card);
}

/** Where AWS bills, what it could cost is told, and whoever sits at the terminal is asked. */
async function agreed(
  context: Context,
  { environment }: Temporal,
  { input: { spec, prices = NO_PRICES } }: Setting,
  { yes, whenDue }: TriggerOptions,
): Promise<boolean> {
  const { output } = context;
  if (!isBilled(environment, spec.train.engine)) return true;
  const cost = costOf(spec, prices);
  const screen = { style: output.noteStyle, columns: output.columns, whole: output.whole };
  output.note({ code: 'cost', text: costLine(cost, screen), data: { cost } });
  const question = whenDue ? 'let it decide now?' : 'train it now?';
  return yes || !canAsk(context) || consents(context, question, 'nothing was started');
}

/** @param own a firing that is no reason to refuse: the one that was asked for */
async function refuseUnderWay(temporal: Temporal, schedule: Schedule, own?: string): Promise<void> {
  const open = await underWay(temporal, schedule);
  if (!open || open.firing === own) return;
  const { firing, run } = open;
  throw new UserError(
    'FiringUnderWay',
    `a firing of ${schedule.name} is under way: ${firing}${run === undefined ? '' : `, with its run ${run}`}; nothing was started`,
    { fix: run === undefined ? 'try again when it has decided' : `follow its run with: temper watch ${run}` },
  );
}

/** Lets the schedule fire, and waits until it has, or nobody waits any more; who asks is there to read before. */
async function fire(
  context: Context,
  temporal: Temporal,
  { input: { spec, account } }: Setting,
  { comment, whenDue }: TriggerOptions,
): Promise<string> {
  const { client } = temporal;
  const { name } = spec;
  await untilFree(temporal, name);
  const scheduledAt = await freeSecond(temporal, name);
  const { s3 } = createAwsClients(account.region);
  try {
    const asked = { by: whoIs(context), ...(comment !== undefined && { comment }) };
    if (!whenDue) await writeRequest(s3, { bucket: account.bucket, name, scheduledAt }, asked);
  } catch (error) {
    throw awsFailure(error, 'write down who asks for the firing');
  } finally {
    s3.destroy();
  }
  await client.workflowService.patchSchedule({
    namespace: client.options.namespace,
    scheduleId: scheduleIdOf(name),
    identity: client.options.identity,
    patch: { triggerImmediately: { overlapPolicy: SKIP, scheduledTime: msToTs(Date.parse(scheduledAt)) } },
  });
  const firing = `${firingIdOf(name)}-${scheduledAt}`;
  const deadline = Date.now() + FIRES_WITHIN_MS;
  while (Date.now() < deadline) {
    if (context.signal.aborted || (await describeFiring(temporal, firing))) return firing;
    // Somebody was faster.
    await refuseUnderWay(temporal, await findSchedule(temporal, name), firing);
    await sleep(LOOK_MS);
  }
  throw new UserError('NotFired', `${name} was triggered, and has not fired within ${FIRES_WITHIN_MS / 1000} s`, {
    fix: `see whether it comes yet with: temper schedule show ${name}; or trigger it again`,
  });
}

/** Waits until the schedule has heard that its last firing is over: until then it would leave out the next without a word. */
async function untilFree(temporal: Temporal, name: string): Promise<void> {
  const deadline = Date.now() + FIRES_WITHIN_MS;
  while (Date.now() < deadline) {
    const schedule = await findSchedule(temporal, name);
    if (schedule.description.info.runningActions.length === 0) return;
    await refuseUnderWay(temporal, schedule);
    await sleep(LOOK_MS);
  }
}

/** The time that the firing is named after, to the second: one that no other firing has. */
async function freeSecond(temporal: Temporal, name: string): Promise<string> {
  for (let time = Date.now(); ; time += 1000) {
    const scheduledAt = `${new Date(time).toISOString().slice(0, 19)}Z`;
    if (!(await describeFiring(temporal, `${firingIdOf(name)}-${scheduledAt}`))) return scheduledAt;
  }
}
