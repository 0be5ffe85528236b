/** The words of customizing a model, which the spec, the data file of models and the training data share. */

/** Bedrock's `customizationType`, as the spec calls it. */
export const CUSTOMIZATIONS = {
  'fine-tuning': 'FINE_TUNING',
  'continued-pre-training': 'CONTINUED_PRE_TRAINING',
  distillation: 'DISTILLATION',
  'reinforcement-fine-tuning': 'REINFORCEMENT_FINE_TUNING',
} as const;
export type Customization = keyof typeof CUSTOMIZATIONS;
export const CUSTOMIZATION_NAMES = Object.keys(CUSTOMIZATIONS) as [Customization, ...Customization[]];

/** Where a prompt of the spec takes the text of a row. */
export const PROMPT_TEXT = '{text}';

/**
 * What a line of training data looks like: `{"prompt", "completion"}`; `{"schemaVersion", "system", "messages"}` with
 * content as a list of `{"text"}`; `{"system", "messages"}` of Anthropic's API with content as text; `{"input"}` of
 * continued pre-training; `{"messages", "reference_answer"}` with OpenAI's messages; `{"image-ref", "caption"}`, which
 * Temper does not write.
 */
export const TRAINING_FORMATS = [
  'prompt-completion',
  'bedrock-conversation-2024',
  'anthropic-messages',
  'input',
  'openai-chat',
  'image-caption',
] as const;
export type TrainingFormat = (typeof TRAINING_FORMATS)[number];

/** Limits of a data set, and what they count. `train.limits` overrides them by these names. */
export const LIMITS = {
  minTrainRecords: 'Fewest records to train on.',
  trainRecords: 'Most records to train on.',
  validationRecords: 'Most records for validation.',
  minRecords: 'Fewest records for training and validation together.',
  records: 'Most records for both.',
  tokens: 'Most tokens of a record.',
  inputTokens: 'Most tokens of a prompt.',
  outputTokens: 'Most tokens of an answer.',
  trainBytes: 'Most bytes of the training file.',
  validationBytes: 'Most bytes of the validation file.',
} as const;
export type LimitName = keyof typeof LIMITS;
export const LIMIT_NAMES = Object.keys(LIMITS) as [LimitName, ...LimitName[]];
export type Limits = { readonly [L in LimitName]?: number };
