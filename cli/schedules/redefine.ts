/** Gives a schedule another definition and nothing else: a pause, a note or a firing that comes at that moment stays. */
import {
  compileUpdatedScheduleOptions,
  encodeScheduleAction,
  encodeSchedulePolicies,
  encodeScheduleSpec,
  encodeScheduleState,
} from '@temporalio/client/lib/schedule-helpers.js';
import { encodeUnifiedSearchAttributes } from '@temporalio/common/lib/converter/payload-search-attributes.js';
import type { RawSchedule } from '../../activities/retraining/change-schedule.ts';
import { scheduleIdOf } from '../../spec/naming.ts';
import type { Temporal } from '../temporal.ts';
import { applyChange } from './apply-change.ts';
import { type Definition, partsOf } from './definition.ts';

/**
 * The SDK's own update would write over what others change at that moment, such as a pause. Throws a user error where the schedule
 * is gone, or is changed without end.
 *
 * @param remaining how many firings are left; `undefined` leaves them uncounted, and no such field leaves them as many
 */
export async function redefine(
  temporal: Temporal,
  definition: Definition,
  counted: { readonly remaining?: number | undefined },
): Promise<void> {
  const { namespace, loadedDataConverter } = temporal.client.options;
  const { name } = definition.input.spec;
  const { remaining } = counted;
  const parts = compileUpdatedScheduleOptions(scheduleIdOf(name), {
    ...partsOf(definition),
    state: remaining === undefined ? {} : { remainingActions: remaining },
  });
  const anew: RawSchedule = {
    spec: encodeScheduleSpec(parts.spec),
    action: await encodeScheduleAction(loadedDataConverter, namespace, parts.action, {}),
    policies: encodeSchedulePolicies(parts.policies),
  };
  const { limitedActions = null, remainingActions = null } = encodeScheduleState(parts.state);
  const count = 'remaining' in counted ? { limitedActions, remainingActions } : {};
  const searchAttributes = { indexedFields: encodeUnifiedSearchAttributes(undefined, parts.typedSearchAttributes) };
  await applyChange(temporal, name, (schedule) =>
    setByIn(schedule) === setByIn(anew)
      ? undefined
      : { schedule: { ...anew, state: { ...schedule.state, ...count } }, searchAttributes },
  );
}

/** Who has set it from which file and when, which no other definition has. */
const setByIn = ({ action }: RawSchedule): string =>
  Buffer.from(action?.startWorkflow?.memo?.fields?.setBy?.data ?? []).toString();
