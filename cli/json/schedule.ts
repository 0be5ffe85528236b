/** What `temper schedule` prints with `--json`. */
import { z } from 'zod';

const text = z.string();

const times = z.strictObject({ every: text.exactOptional(), cron: text.exactOptional(), timezone: text });

export const stateShape = {
  name: text,
  schedule: text.meta({ description: 'its id in Temporal' }),
  times: times.exactOptional().meta({ description: 'absent where a temper of another version has set it' }),
  paused: z.boolean(),
  next: z.array(text).meta({ description: 'the next five firings; of a paused schedule those that it would have' }),
  firing: text.exactOptional().meta({ description: 'workflow id of the one under way' }),
  remaining: z.int().exactOptional().meta({ description: 'how many firings are left, where they are counted' }),
  ui: text.exactOptional().meta({ description: "its page in Temporal's UI" }),
  problem: text.exactOptional().meta({ description: 'why no more is known of it' }),
};

export const scheduleState = z.strictObject(stateShape).meta({ id: 'ScheduleState' });

export const resumed = z.strictObject({
  ...stateShape,
  missed: z.int().meta({ description: 'firings that it would have had meanwhile; a thousand at most are counted' }),
});

export const deletedSchedule = z.strictObject({
  name: text,
  schedule: text,
  deleted: z.literal(true),
  firing: text.exactOptional().meta({ description: 'workflow id of the one under way, which goes on' }),
  run: text.exactOptional().meta({ description: 'workflow id of its run, which goes on' }),
});
