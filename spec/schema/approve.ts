/** `approve:` of `temper.yaml`: whether a person decides on a model that passed the gate, and by when. */
import { z } from 'zod';
import { durationSeconds } from '../duration.ts';
import { LESS_IS_BETTER, METRICS } from '../metrics.ts';
import { durationUpTo } from './values.ts';

/** Each adds some eight events to the run's history, which holds 51,200. */
const MOST_REMINDERS = 100;

const share = z.number().min(0).max(1);
const person = z
  .string()
  .regex(/^\S(?:.*\S)?$/, 'write a name without space around it')
  .max(100);

const between = z
  .strictObject({
    metric: z
      .enum(METRICS)
      .refine((metric) => !LESS_IS_BETTER.has(metric), {
        error: ({ input }) => `less ${input} is better: name a metric of which more is, or let a gate rule decide`,
      })
      .meta({ description: 'Metric of the candidate.' }),
    from: share.meta({ description: 'Below this the model is rejected, as by a rule of the gate.' }),
    to: share.meta({ description: 'Above this nobody is asked.' }),
  })
  .refine(({ from, to }) => from < to, {
    path: ['to'],
    error: ({ input }) => {
      const { from, to } = input as { from: number; to: number };
      return `must be more than from: ${from}, received ${to}`;
    },
  });

const inFull = z
  .strictObject({
    when: z
      .enum(['manual', 'borderline'])
      .default('manual')
      .meta({ description: 'For each model, or only for one whose score lies between two thresholds.' }),
    between: between.optional().meta({ description: 'With `when: borderline`: a person decides within these.' }),
    approvers: z
      .array(person)
      .min(1)
      .max(100)
      .refine((names) => new Set(names).size === names.length, 'name each of them once')
      .optional()
      .meta({ description: 'Who may decide, by the names they give; anybody where left out.' }),
    within: durationUpTo('28d', 'so that no run waits for ever')
      .default('3d')
      .meta({ description: 'How long the decision is waited for.' }),
    otherwise: z
      .enum(['approve', 'decline'])
      .default('decline')
      .meta({ description: 'What holds when nobody has decided by then.' }),
    remind: durationUpTo('28d', 'as within is')
      .default('1d')
      .meta({ description: 'A reminder each time this has passed.' }),
  })
  .superRefine(({ when, between: zone, within, remind }, context) => {
    const problem = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (when === 'borderline' && !zone)
      problem('between', 'say between which scores, such as {metric: accuracy, from: 0.75, to: 0.80}');
    if (when === 'manual' && zone) problem('between', 'goes with when: borderline; every model is asked about here');
    if (durationSeconds(within) / durationSeconds(remind) > MOST_REMINDERS)
      problem('remind', `at most ${MOST_REMINDERS} reminders within ${within}: remind less often than every ${remind}`);
  });

export const approve = z
  .union([z.enum(['auto', 'manual']), inFull])
  .default('auto')
  .meta({
    description:
      'Whether a person decides before a model that passed the gate is handed over: auto asks nobody, manual always asks.',
  });

/** Who decides on a model, filled in. */
export interface ApprovalSpec {
  readonly when: 'manual' | 'borderline';
  /** Of `borderline`: both ends are asked about. */
  readonly between?: z.infer<typeof between>;
  /** Absent where anybody may decide. */
  readonly approvers?: readonly string[];
  /** Durations. */
  readonly within: string;
  readonly otherwise: 'approve' | 'decline';
  readonly remind: string;
}

/** Fills in the defaults; nothing where nobody is to be asked. */
export function approvalOf(given: z.infer<typeof approve>): ApprovalSpec | undefined {
  if (given === 'auto') return undefined;
  const { between: zone, approvers, ...rest } = given === 'manual' ? inFull.parse({}) : given;
  return { ...rest, ...(zone && { between: zone }), ...(approvers && { approvers }) };
}
