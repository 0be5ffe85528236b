/** `retrain:` of `temper.yaml`: when a schedule looks, what makes it train again, and what it may spend. */
import { Cron } from 'croner';
import { z } from 'zod';
import { plural } from '../amounts.ts';
import { CONFIDENCE } from '../bootstrap.ts';
import { BUDGET_PATTERN } from '../cost/budget.ts';
import { durationSeconds } from '../duration.ts';
import { USUAL_LIMITS } from '../monitoring/drift.ts';
import { parseLiveRule } from '../monitoring/live.ts';
import { USUAL_WINDOW } from '../monitoring/window.ts';
import { ruleProblem } from './evaluate.ts';
import { confidence, durationUpTo } from './values.ts';

/** Of `every` and `championAge`: what is longer is no retraining. */
const YEAR = durationUpTo('365d', 'a year');
const SHORTEST_SECONDS = 60;

/** Captured traffic is told apart by the hour. */
const SHORTEST_WINDOW_SECONDS = 3600;

/** Of fewer, the bounds of a score are surer of themselves than they say. */
const LEAST_LABELS = 10;

/** How far back a watch looks. */
const watchWindow = YEAR.refine(
  (text) => durationSeconds(text) >= SHORTEST_WINDOW_SECONDS,
  'must be at least 1h',
).default(USUAL_WINDOW);

/** An item of a field as Temporal reads it: of what follows `#` it makes a comment, and `?`, `L` and `W` it does not know. */
const CRON_ITEM = /^(?:\*|(?:\d+|[a-z]{3})(?:-(?:\d+|[a-z]{3}))?)(?:\/\d+)?$/i;

/** Why Temporal would not take a cron expression, or nothing. Temporal's has five fields; names such as MON and JAN count. */
function cronProblem(text: string): string | undefined {
  const reason = whyNoCron(text);
  return reason === undefined
    ? undefined
    : `not a cron expression: ${JSON.stringify(text)} (${reason}); write minute, hour, day of month, month and day of week, such as "0 6 * * 1" for Mondays at 6:00`;
}

function whyNoCron(text: string): string | undefined {
  const fields = text.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== 5) return `${plural(fields.length, 'field')} where five are wanted`;
  try {
    const cron = new Cron(text, { mode: '5-part', paused: true, domAndDow: true });
    const unknown = fields.flatMap((field) => field.split(',')).find((item) => !CRON_ITEM.test(item));
    if (unknown !== undefined) return `temporal does not know ${unknown}`;
    return cron.nextRun(new Date(0)) ? undefined : 'there is no such day';
  } catch (error) {
    return (error as Error).message.replace(/^CronPattern: /, '').replace(/\.$/, '');
  }
}

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

const newData = z
  .strictObject({
    rows: z.int().min(1).optional().meta({ description: 'At least so many rows that are new, changed or gone.' }),
    bytes: z.int().min(1).optional().meta({ description: 'The same in bytes, which takes no reading.' }),
  })
  .refine(({ rows, bytes }) => rows !== undefined || bytes !== undefined, 'say how many rows: or bytes:');

const drift = z.strictObject({
  of: z
    .array(z.string().min(1))
    .min(1)
    .max(20)
    .refine((fields) => new Set(fields).size === fields.length, 'name each field once')
    .meta({
      description:
        'What is looked at: `text` (how long what is asked is, and how much of it are words that the training data lacks), `label` or `answer` (what the model answers), and fields that callers send along.',
    }),
  psi: z
    .number()
    .min(0.01)
    .max(10)
    .default(USUAL_LIMITS.psi)
    .meta({ description: 'Population stability index from which on a field has drifted, unless by chance.' }),
  newCategories: z.number().min(0).max(1).default(USUAL_LIMITS.newCategories).meta({
    description: 'Share of rows with a category that the training data does not have, above which a field has drifted.',
  }),
  minRows: z
    .int()
    .min(20)
    .default(USUAL_LIMITS.minRows)
    .meta({ description: 'Fewer captured rows than this decide nothing.' }),
  window: watchWindow.meta({
    description:
      'What was asked before is not looked at, nor what was asked before the newest version was handed over, or the last run that was judged was started.',
  }),
});

function ruleIssue(text: string, context: z.RefinementCtx): void {
  try {
    const problem = ruleProblem(parseLiveRule(text));
    if (problem) context.addIssue({ code: 'custom', message: `${text}: ${problem}` });
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
}

const liveMetric = z.strictObject({
  rule: z
    .string()
    .superRefine(ruleIssue)
    .meta({ description: 'When it holds, the model is trained again: `accuracy < 0.80`.' }),
  labels: z
    .string()
    .regex(/^s3:\/\/[^/]+\/.+/, 'write an s3:// address')
    .meta({ description: 'Right answers to what the served model was asked, JSON Lines.' }),
  confidence: confidence.default(CONFIDENCE).meta({
    description: 'How sure it has to be that the rule holds: a score of few answers is chance.',
  }),
  minRows: z
    .int()
    .min(LEAST_LABELS)
    .default(50)
    .meta({ description: 'Fewer labels with an answer than this decide nothing.' }),
  window: watchWindow.meta({
    description: 'The same of answers. Where labels come later than that, give as long a window as they take.',
  }),
});

export const when = z
  .strictObject({
    newData: newData.optional().meta({ description: 'The data has changed since the last run that was judged.' }),
    championAge: YEAR.optional().meta({ description: 'The newest version of the name was handed over this long ago.' }),
    drift: drift
      .optional()
      .meta({ description: 'What the served model is asked is no longer like its training data.' }),
    liveMetric: liveMetric.optional().meta({ description: 'A metric of the served model on fresh labels.' }),
  })
  .refine((triggers) => Object.values(triggers).some((trigger) => trigger !== undefined), {
    error: 'name at least one of newData, championAge, drift, liveMetric; without `when` each firing trains',
  });

export const retrain = z
  .strictObject({
    every: YEAR.refine((text) => durationSeconds(text) >= SHORTEST_SECONDS, 'must be at least 1m')
      .optional()
      .meta({ description: 'How often the schedule looks: 12h, 1w.' }),
    cron: z
      .string()
      .superRefine((text, context) => {
        const message = cronProblem(text);
        if (message) context.addIssue({ code: 'custom', message });
      })
      .optional()
      .meta({ description: 'The same as a cron expression of five fields: `0 6 * * 1`.' }),
    timezone: z
      .string()
      .refine(isTimeZone, {
        error: ({ input }) => `no time zone ${JSON.stringify(input)}; write a name such as Europe/Paris`,
      })
      .default('UTC')
      .meta({ description: 'Of `cron`.' }),
    jitter: durationUpTo('1d', 'a day').optional().meta({
      description: 'Each firing is later by a random part of this, so that schedules do not fire all at once.',
    }),
    catchUp: durationUpTo('7d', 'as a firing that is missed by more is one to forget')
      .refine((text) => durationSeconds(text) >= 10, 'must be at least 10s')
      .default('10m')
      .meta({ description: 'A firing that was missed, as Temporal was down, is made up for within this.' }),
    remaining: z.int().min(1).optional().meta({ description: 'After so many firings the schedule rests.' }),
    when: when.optional().meta({ description: 'Any of these makes a firing train; each one does where left out.' }),
    budget: z.string().regex(BUDGET_PATTERN, 'write an amount as 200 USD').optional().meta({
      description:
        'The most that all runs of the schedule may cost in a calendar month (UTC); `budget:` is that of one run.',
    }),
  })
  .superRefine(({ every, cron }, context) => {
    if (every !== undefined && cron !== undefined)
      context.addIssue({ code: 'custom', path: ['cron'], message: 'every: and cron: exclude each other' });
  })
  .meta({ description: 'Trains again by itself, from when `temper schedule create` has been called.' });

/** `retrain:` with every default filled in. */
export type RetrainSpec = z.infer<typeof retrain>;
export type Triggers = z.infer<typeof when>;
