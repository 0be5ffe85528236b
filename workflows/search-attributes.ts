import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** What runs can be listed and filtered by, in the Temporal UI and in `temper ls`; registered by `dev up` and `worker`. */
export const searchAttributes = {
  name: defineSearchAttributeKey('TemperName', SearchAttributeType.KEYWORD),
  engine: defineSearchAttributeKey('TemperEngine', SearchAttributeType.KEYWORD),
  stage: defineSearchAttributeKey('TemperStage', SearchAttributeType.KEYWORD),
  outcome: defineSearchAttributeKey('TemperOutcome', SearchAttributeType.KEYWORD),
  /** What the run waits for, `quota`, as far as the workflow knows; absent where it does not wait. */
  waiting: defineSearchAttributeKey('TemperWaiting', SearchAttributeType.KEYWORD),
} as const;
