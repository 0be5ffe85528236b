/** `notify:`: which topic is told of what. */
import { z } from 'zod';

/** What people can be told of: outcomes of runs by their own names, what a run waits for, and what holds a schedule up. */
export const NOTICE_EVENTS = [
  'approval',
  'shortage',
  'passed',
  'rejected',
  'declined',
  'failed',
  'cancelled',
  'budget',
] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** What somebody has to do something about, or may want to. */
const NEEDS_SOMEBODY = ['approval', 'shortage', 'failed', 'budget'] as const satisfies readonly NoticeEvent[];

const TOPIC = /^arn:aws[a-z-]*:sns:[a-z]{2,}(?:-[a-z]+)+-\d:\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$/;

export const notify = z
  .strictObject({
    topic: z
      .string()
      .regex(TOPIC, 'write the ARN of an SNS topic, such as arn:aws:sns:us-east-1:123456789012:models')
      .meta({
        description:
          'ARN of an SNS topic, of any region. Who subscribes to it is told: by mail, chat, Lambda, HTTPS, SQS.',
      }),
    on: z
      .array(z.enum(NOTICE_EVENTS))
      .min(1)
      .refine((events) => new Set(events).size === events.length, 'name each of them once')
      .default([...NEEDS_SOMEBODY])
      .meta({
        description:
          'What is told: `approval` (a run waits for a person, each reminder, the deadline), `shortage` (no machine or no quota for an hour), how runs end, and `budget` (a schedule has spent its month). A schedule that pauses itself is a `failed`.',
      }),
  })
  .meta({ description: 'Tells people by SNS, so that nobody has to look whether a run needs them.' });

/** `notify:` with every default filled in. */
export type NotifySpec = z.infer<typeof notify>;

/** Topics are asked for in their own region, whatever that of the run is. */
export const topicRegion = (topic: string): string => topic.split(':')[3] ?? '';

/** One that keeps an order, whose messages have a group and are sent once. */
export const isFifo = (topic: string): boolean => topic.endsWith('.fifo');
