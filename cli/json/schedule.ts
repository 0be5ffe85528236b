/** What `temper schedule` prints with `--json`. */
import { z } from 'zod';
import { STAGES } from '../../spec/record.ts';
import { decision } from './decisions.ts';
import { account, outcome, source, spec } from './record.ts';

const text = z.string();

const times = z.strictObject({ every: text.exactOptional(), cron: text.exactOptional(), timezone: text });

const stateShape = {
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

export const firing = z
  .strictObject({
    version: z.int(),
    name: text,
    scheduledAt: text.meta({ description: 'when the schedule wanted it' }),
    decision,
    run: text.exactOptional().meta({ description: 'workflow id of the run, where it trains' }),
    reservedUsd: z
      .number()
      .exactOptional()
      .meta({ description: 'the most that the run can cost, as far as prices are known' }),
    outcome: outcome.exactOptional().meta({ description: 'absent while the run is under way' }),
    failure: z.strictObject({ code: text, message: text, stage: z.enum(STAGES) }).exactOptional(),
    billedUsd: z.number().exactOptional().meta({ description: 'by the record of the run' }),
    endedAt: text.exactOptional(),
  })
  .meta({ id: 'Firing' });

const month = z
  .strictObject({
    month: text,
    usd: z.number().meta({ description: 'billed, or reserved for what is not known yet' }),
    runs: z.int(),
    budget: text.exactOptional(),
  })
  .meta({ id: 'Month' });

export const scheduleList = z.strictObject({
  schedules: z.array(z.strictObject({ ...stateShape, last: firing.exactOptional(), month: month.exactOptional() })),
});

export const scheduleReport = z.strictObject({
  ...stateShape,
  run: text.exactOptional().meta({ description: 'workflow id of the run of the firing under way' }),
  spec,
  account,
  source: source.exactOptional(),
  setBy: z.strictObject({ by: text, at: text, file: text }),
  note: text.exactOptional().meta({ description: 'the last decisions, or why it is paused' }),
  month,
  leftOut: z
    .strictObject({ underWay: z.int(), missed: z.int() })
    .meta({ description: 'times that came to no firing: another was under way, or Temporal was down' }),
  firings: z.array(firing),
  total: z.int(),
});

const change = z.strictObject({ path: text, before: z.unknown().optional(), after: z.unknown().optional() });

export const updated = z.strictObject({ ...stateShape, changes: z.array(change) });

export const triggered = z.union([
  firing,
  z.strictObject({ firing: text, ui: text.exactOptional() }).meta({ description: 'detached, or no longer followed' }),
]);

export const backfilled = z.strictObject({ name: text, firings: z.array(text) });

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
