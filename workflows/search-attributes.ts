import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** What runs can be listed and filtered by, in the Temporal UI and in `temper ls`; registered by `dev up` and `worker`. */
export const searchAttributes = {
  name: defineSearchAttributeKey('TemperName', SearchAttributeType.KEYWORD),
  engine: defineSearchAttributeKey('TemperEngine', SearchAttributeType.KEYWORD),
  stage: defineSearchAttributeKey('TemperStage', SearchAttributeType.KEYWORD),
  outcome: defineSearchAttributeKey('TemperOutcome', SearchAttributeType.KEYWORD),
  /** What the run waits for, `quota`, as far as the workflow knows; absent where it does not wait. */
  waiting: defineSearchAttributeKey('TemperWaiting', SearchAttributeType.KEYWORD),
  /** The first metric of `evaluate.metrics`, of the candidate; absent until it is known. */
  score: defineSearchAttributeKey('TemperScore', SearchAttributeType.DOUBLE),
  /** The name whose schedule started the run, or fired; absent for what a person started. */
  schedule: defineSearchAttributeKey('TemperSchedule', SearchAttributeType.KEYWORD),
} as const;
