/** `temper schedule delete NAME`. */
import { s3Keys, scheduleIdOf } from '../../spec/naming.ts';
import { canAsk, consents } from '../ask.ts';
import type { Context } from '../context.ts';
import { usageError } from '../errors.ts';
import type { Temporal } from '../temporal.ts';
import { findSchedule } from './find.ts';
import { underWay } from './under-way.ts';

/** Takes the schedule away. What is under way goes on, and what its firings have decided stays in the bucket. */
export async function deleteSchedule(
  context: Context,
  temporal: Temporal,
  name: string,
  { yes }: { readonly yes: boolean },
): Promise<void> {
  const { output } = context;
  const open = await underWay(temporal, await findSchedule(temporal, name));
  if (!yes && !canAsk(context)) {
    throw usageError('NotAgreed', `nobody is there to ask whether the schedule of ${name} may go`, 'add --yes');
  }
  if (!yes && !(await consents(context, `delete the schedule of ${name}?`, 'nothing was deleted'))) return;
  await temporal.client.schedule.getHandle(scheduleIdOf(name)).delete();
  const lines = [
    `${name} is not scheduled any more; what its firings decided stays in the bucket, under ${s3Keys.firings(name)}`,
    ...(open ? [`  what is under way goes on: ${open.run ?? open.firing}`] : []),
    ...(open?.run ? [`  stop it with: temper cancel ${open.run}`] : []),
  ];
  output.result({ name, schedule: scheduleIdOf(name), deleted: true, ...open }, output.hint(lines.join('\n')));
}
