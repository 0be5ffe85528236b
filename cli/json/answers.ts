/**
 * What each command prints with `--json`: documented in docs/commands.md, and held against what the commands print in
 * every test that runs one.
 */
import { z } from 'zod';
import { SHELLS } from '../completion/scripts.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { TEMPLATE_NAMES } from '../init/templates.ts';
import { ORPHAN_KINDS } from '../orphans/orphan.ts';
import { checkReport } from './check.ts';
import { comparison } from './comparison.ts';
import { decided } from './decisions.ts';
import { metric } from './evaluation.ts';
import { history } from './history.ts';
import { modelsReport } from './models.ts';
import { driftReport } from './monitoring.ts';
import { plan } from './plan.ts';
import { dataSet, runRecord } from './record.ts';
import {
  backfilled,
  deletedSchedule,
  resumed,
  scheduleList,
  scheduleReport,
  scheduleState,
  triggered,
  updated,
} from './schedule.ts';

export interface Answer {
  readonly document: z.ZodType;
  /** Whether there is no single document but one a line. */
  readonly lines?: true;
  /** What the command ends with. */
  readonly exits: readonly ExitCode[];
}

const text = z.string();
const ui = text.exactOptional().meta({ description: "the run's page in Temporal's UI" });
/** Where following was interrupted before anything was known. */
const runOnly = z.strictObject({ run: text });

/** In place of a command's own document. */
export const failure = z
  .strictObject({
    error: z.strictObject({
      code: text.meta({ description: 'temper explain CODE' }),
      message: text,
      fix: text.exactOptional(),
    }),
  })
  .meta({ id: 'Failure' });

const runSummary = z.strictObject({
  run: text,
  name: text,
  id: text,
  engine: text.exactOptional(),
  stage: text.exactOptional(),
  waiting: text.exactOptional().meta({
    description:
      'what for, as far as the workflow knows: capacity, quota, or approval, with its last reminder; or the worker that it lacks',
  }),
  version: text.exactOptional().meta({ description: 'of the workflow code that it ends with, while it is under way' }),
  outcome: text.exactOptional().meta({ description: 'absent while the run is under way' }),
  score: z.number().exactOptional().meta({ description: 'the first metric asked for, of the candidate' }),
  schedule: text.exactOptional().meta({ description: 'the name whose schedule started it' }),
  startedAt: text,
  endedAt: text.exactOptional(),
});

const runList = z.strictObject({
  runs: z.array(runSummary),
  query: text.meta({ description: "what was asked for, as a list filter of Temporal's" }),
  ui: text.exactOptional().meta({ description: "the same list in Temporal's UI" }),
});

const decision = z.strictObject({ run: text, ...decided });

const orphan = z.strictObject({
  kind: z.enum(ORPHAN_KINDS),
  name: text.meta({ description: 'of an upload, its key' }),
  run: text.meta({ description: 'workflow id; of an upload, what its runs have in common' }),
  ended: text.meta({ description: 'how the run ended; unknown where this Temporal does not know it' }),
  status: text.exactOptional().meta({ description: "in AWS's words" }),
  since: text.exactOptional(),
  bills: z.boolean(),
  arn: text.exactOptional().meta({ description: 'of what Bedrock serves' }),
  previous: text.exactOptional().meta({
    description: 'what it goes back to: an endpoint to a config, a deployment or provisioned throughput to a model',
  }),
  modelUnits: z.int().exactOptional(),
  usdPerHour: z.number().exactOptional().meta({ description: 'absent where the price is not known' }),
  uploadId: text.exactOptional(),
  removed: z.boolean().exactOptional().meta({ description: 'absent where it was not to be' }),
  problem: text.exactOptional().meta({ description: 'why it is still there' }),
});

const explained = z.strictObject({ code: text, group: text, means: text, why: text, fix: text, example: text });

const { done, failed, usage, rejected, cancelled, declined, interrupted } = EXIT;
const PLAIN = [done, failed, usage] as const;
const FOLLOWED = [done, failed, usage, rejected, cancelled, declined, interrupted] as const;

/** By the words after `temper`. */
export const ANSWERS: Readonly<Record<string, Answer>> = {
  init: {
    exits: PLAIN,
    document: z.strictObject({
      template: z.enum(TEMPLATE_NAMES),
      directory: text,
      files: z.array(text),
      next: z.array(z.strictObject({ command: text, does: text })),
    }),
  },
  doctor: {
    exits: PLAIN,
    document: z.strictObject({
      ok: z.boolean(),
      checks: z.array(
        z.strictObject({
          check: text,
          status: z.enum(['passed', 'failed', 'skipped']),
          message: text,
          fix: text.exactOptional(),
        }),
      ),
    }),
  },
  check: { exits: PLAIN, document: checkReport },
  plan: { exits: PLAIN, document: plan },
  run: { exits: FOLLOWED, document: z.union([runRecord, z.strictObject({ run: text, ui })]) },
  rerun: { exits: FOLLOWED, document: z.union([runRecord, z.strictObject({ run: text, ui })]) },
  resume: { exits: FOLLOWED, document: z.union([runRecord, z.strictObject({ run: text, ui })]) },
  ls: { exits: PLAIN, document: runList },
  show: { exits: PLAIN, document: runRecord },
  compare: { exits: PLAIN, document: comparison },
  watch: { exits: FOLLOWED, document: z.union([runRecord, runOnly]) },
  logs: {
    exits: [...PLAIN, interrupted],
    document: z.union([
      z.strictObject({ job: text, timestamp: text, message: text }),
      z
        .strictObject({ job: text, of: z.enum(['training', 'validation']), values: z.record(z.string(), metric) })
        .meta({ description: 'a step of a customization job of Bedrock' }),
    ]),
    lines: true,
  },
  approve: { exits: [...PLAIN, interrupted], document: decision },
  decline: { exits: [...PLAIN, interrupted], document: decision },
  cancel: { exits: [...PLAIN, interrupted], document: z.union([runRecord, runOnly]) },
  orphans: { exits: PLAIN, document: z.strictObject({ region: text, orphans: z.array(orphan) }) },
  upload: { exits: FOLLOWED, document: z.union([z.strictObject({ run: text, data: dataSet }), runRecord, runOnly]) },
  models: { exits: PLAIN, document: modelsReport },
  history: { exits: PLAIN, document: history },
  drift: { exits: [...PLAIN, interrupted], document: driftReport },
  rollback: { exits: FOLLOWED, document: z.union([runRecord, z.strictObject({ run: text, ui })]) },
  'schedule create': { exits: [...PLAIN, interrupted], document: scheduleState },
  'schedule ls': { exits: PLAIN, document: scheduleList },
  'schedule show': { exits: PLAIN, document: scheduleReport },
  'schedule update': { exits: [...PLAIN, interrupted], document: updated },
  'schedule trigger': { exits: FOLLOWED, document: triggered },
  'schedule backfill': { exits: [...PLAIN, interrupted], document: backfilled },
  'schedule pause': { exits: PLAIN, document: scheduleState },
  'schedule resume': { exits: PLAIN, document: resumed },
  'schedule delete': { exits: [...PLAIN, interrupted], document: deletedSchedule },
  invoke: {
    exits: PLAIN,
    document: z.strictObject({
      endpoint: text.meta({ description: 'the name that was asked' }),
      contentType: text,
      body: text,
      answers: z
        .array(z.unknown())
        .exactOptional()
        .meta({ description: "the body's JSON documents; of Bedrock a text for each question" }),
      model: text.exactOptional().meta({ description: 'ARN of what answered, where that was Bedrock' }),
      tokens: z
        .strictObject({ input: z.int(), output: z.int() })
        .exactOptional()
        .meta({ description: 'what Bedrock bills by' }),
      milliseconds: z.int(),
    }),
  },
  worker: {
    exits: PLAIN,
    document: z.strictObject({
      event: z.literal('worker.ready'),
      taskQueue: text,
      version: text.optional(),
      temporal: text,
    }),
    lines: true,
  },
  'dev up': {
    exits: PLAIN,
    document: z.strictObject({
      home: text,
      started: z.boolean().meta({ description: 'false where it was up already' }),
      temporal: text,
      ui: text,
      aws: text,
      sagemaker: text,
      bedrock: text,
      worker: z.strictObject({ pid: z.int(), started: z.boolean() }).exactOptional(),
    }),
  },
  'dev down': { exits: PLAIN, document: z.strictObject({ home: text, worker: z.boolean(), region: z.boolean() }) },
  'dev status': {
    exits: PLAIN,
    document: z.strictObject({
      home: text,
      region: z
        .strictObject({
          pid: z.int(),
          since: text,
          ui: text,
          services: z.array(
            z.strictObject({ name: text, address: text, up: z.boolean(), version: text.exactOptional() }),
          ),
        })
        .nullable(),
      worker: z.strictObject({ pid: z.int() }).nullable(),
    }),
  },
  'dev messages': {
    exits: PLAIN,
    document: z.strictObject({
      messages: z
        .array(z.strictObject({ at: text, subject: text, message: z.unknown() }))
        .meta({ description: 'the oldest first; as subscribers of the topic get them' }),
    }),
  },
  'dev env': { exits: PLAIN, document: z.record(z.string(), text).meta({ description: 'variables by name' }) },
  explain: { exits: PLAIN, document: z.strictObject({ errors: z.array(explained) }) },
  completion: {
    exits: PLAIN,
    document: z.strictObject({ shell: z.enum(SHELLS), script: text }),
  },
};
