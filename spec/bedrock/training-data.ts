/** Training data as a base model of Bedrock takes it: the lines of its format, and what is wrong with an example for it. */
import { type Example, jsonLine, type Kind } from '../data/examples.ts';
import type { RowProblem } from '../data/problems.ts';
import { shown } from '../shown.ts';
import { type Customization, type Limits, PROMPT_TEXT } from './customization.ts';
import { type Exchange, exchangeOf } from './formats/exchange.ts';
import { mended } from './formats/mend.ts';
import { recordOf } from './formats/records.ts';
import {
  answerProblem,
  lengthProblem,
  reservedTexts,
  singleTurnProblem,
  sizeOf,
  systemProblem,
  turnProblem,
} from './formats/rules.ts';
import { type BaseModel, type CustomizationFacts, limitsOf, waysOf } from './models.ts';

/** What examples are to train. */
export interface TrainingTarget {
  readonly model: BaseModel;
  readonly customization: Customization;
  /** How a text to classify is asked about: `train.prompt`, with `{text}` in it. */
  readonly prompt?: string | undefined;
  /** Those of the model where not given. */
  readonly limits?: Limits | undefined;
}

/** An example that a model can be trained on, or why not. */
export type Looked =
  | { readonly error: RowProblem }
  | {
      /** What a person should decide on. */
      readonly doubts: readonly RowProblem[];
      /** The line of the training file, with its end. */
      readonly line: () => string;
      /** Of its texts, in UTF-16 units. */
      readonly characters: number;
      /** What was done to it where it was to be put right. */
      readonly changes?: readonly string[];
    };

export interface LookOptions {
  /** Puts right what takes no guessing, for the format of the model. */
  readonly mend?: boolean;
}

/** Looks at examples, one by one. Throws a `RangeError` where the model cannot be customized so at all. */
export function trainingData(target: TrainingTarget, { mend = false }: LookOptions = {}): (example: Example) => Looked {
  const { model, customization, prompt = PROMPT_TEXT } = target;
  const facts = model.customizations[customization];
  if (facts === undefined) throw new RangeError(`${model.id} does not take ${customization}; ${waysOf(model)}`);
  const limits = target.limits ?? limitsOf(facts);
  if (facts.format === 'input') return (example) => lookAtText(example, model, limits);
  if (facts.format === 'image-caption') return (example) => ({ error: needsImages(example) });
  const { format } = facts;
  const reserved = reservedTexts(model);
  return (example) => {
    const exchange = exchangeOf(example, prompt);
    if ('code' in exchange) return { error: exchange };
    const { exchange: told, changes } = mend
      ? mended(tellable(exchange, customization), format)
      : { exchange: tellable(exchange, customization), changes: [] };
    const size = sizeOf(told);
    const length = lengthProblem(size, model, limits);
    const error = formProblem(told, facts, customization) ?? reserved.error(told) ?? length.error;
    if (error) return { error };
    const doubts = [length.doubt, reserved.doubt(told), ungradable(told, customization)];
    return {
      doubts: doubts.filter((doubt) => doubt !== undefined),
      line: () => jsonLine(recordOf(told, format)),
      characters: size.tokens,
      changes,
    };
  };
}

/** About how many tokens a text of so many characters is to a model. */
export const estimatedTokens = (
  characters: number,
  { charactersPerToken }: Pick<BaseModel, 'charactersPerToken'>,
): number => Math.ceil(characters / charactersPerToken);

/** The answer goes to a grader as what others are held against, or comes back from it where it is to be learnt. */
function tellable(exchange: Exchange, customization: Customization): Exchange {
  const { turns, reference, ...rest } = exchange;
  if (customization === 'reinforcement-fine-tuning') {
    const last = turns.at(-1);
    if (last?.role !== 'assistant') return exchange;
    return { ...rest, turns: turns.slice(0, -1), reference: last.content };
  }
  return typeof reference === 'string'
    ? { ...rest, turns: [...turns, { role: 'assistant', content: reference }] }
    : exchange;
}

function formProblem(
  exchange: Exchange,
  { format, singleTurn }: CustomizationFacts,
  customization: Customization,
): RowProblem | undefined {
  const isPair = format === 'prompt-completion';
  const problem =
    turnProblem(exchange) ??
    (customization === 'fine-tuning' ? answerProblem(exchange) : undefined) ??
    (isPair ? systemProblem(exchange, 'the format') : undefined);
  if (problem) return problem;
  if (isPair) return singleTurnProblem(exchange, 'the format');
  return singleTurn ? singleTurnProblem(exchange, customization) : undefined;
}

function ungradable({ turns, reference }: Exchange, customization: Customization): RowProblem | undefined {
  if (customization !== 'reinforcement-fine-tuning' || reference !== undefined) return undefined;
  return {
    code: 'no_answer',
    message: 'there is no reference_answer to grade by',
    value: shown(turns.at(-1)?.content),
    fix: 'add it, unless the grader needs none',
  };
}

const KINDS: Readonly<Record<Kind, string>> = {
  classification: 'a text and its label',
  completion: 'a prompt and its completion',
  chat: 'a conversation',
  prompt: 'a prompt',
  text: 'plain text',
};

function lookAtText(example: Example, model: BaseModel, limits: Limits): Looked {
  if (example.kind !== 'text') {
    return {
      error: {
        code: 'unfit_kind',
        message: `continued pre-training takes plain text, not ${KINDS[example.kind]}`,
        value: '',
        fix: 'give {"input": ...} or {"text": ...} rows, or choose fine-tuning',
      },
    };
  }
  const { text } = example;
  const { error, doubt } = lengthProblem(
    { tokens: text.length, inputTokens: text.length, outputTokens: 0 },
    model,
    limits,
  );
  if (error) return { error };
  return { doubts: doubt ? [doubt] : [], line: () => jsonLine({ input: text }), characters: text.length };
}

const needsImages = ({ kind }: Example): RowProblem => ({
  code: 'unfit_kind',
  message: `the model is customized with images, not with ${KINDS[kind]}`,
  value: '',
  fix: 'choose a model that takes text: temper models',
});
