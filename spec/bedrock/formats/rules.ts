/** What a record must be like so that a job takes it. */

import type { RowProblem } from '../../data/problems.ts';
import { shown } from '../../shown.ts';
import type { Limits } from '../customization.ts';
import type { BaseModel } from '../models.ts';
import type { Exchange } from './exchange.ts';

/** Speakers take turns, the user first. */
export function turnProblem({ turns }: Exchange): RowProblem | undefined {
  const wrong = turns.findIndex(({ role }, i) => role !== (i % 2 === 0 ? 'user' : 'assistant'));
  if (wrong === -1) return undefined;
  return {
    code: 'role_order',
    message: 'user and assistant must take turns, the user first',
    value: `turn ${wrong + 1} is the ${turns[wrong]?.role}'s: ${shown(turns[wrong]?.content)}`,
    fix: 'join messages of one speaker, or leave the row out',
  };
}

/** One question, and its answer where it has one. */
export function singleTurnProblem({ turns }: Exchange, who: string): RowProblem | undefined {
  if (turns.length <= 2) return undefined;
  return {
    code: 'unfit_record',
    message: `${who} takes one question and one answer a record`,
    value: `${turns.length} turns, the last ${shown(turns.at(-1)?.content)}`,
    fix: 'make a row of each answer, with what was said before in its question, or leave the row out',
  };
}

export function systemProblem({ system }: Exchange, who: string): RowProblem | undefined {
  if (system === undefined) return undefined;
  return {
    code: 'unfit_record',
    message: `${who} has no place for a system prompt`,
    value: shown(system),
    fix: 'write it into the prompt, and ask the model so too',
  };
}

export function answerProblem({ turns }: Exchange): RowProblem | undefined {
  const last = turns.at(-1);
  if (last?.role === 'assistant') return undefined;
  return {
    code: 'no_answer',
    message: 'there is no answer to learn',
    value: shown(last?.content),
    fix: 'add the answer, or leave the row out; distillation and reinforcement fine-tuning need none',
  };
}

/** Finds the first of some strings in a text. */
type Finder = (text: string) => string | undefined;

const escaped = (text: string): string => text.replace(/[-.*+?^${}()|[\]\\]/g, '\\$&');

function finderOf(strings: readonly string[], flags = ''): Finder {
  if (strings.length === 0) return () => undefined;
  const pattern = new RegExp(strings.map(escaped).join('|'), flags);
  // Most texts hold none of the signs that the strings end with, which is found out in a fraction of the time.
  const signs = new RegExp(`[${[...new Set(strings.map((text) => escaped(text.slice(-1))))].join('')}]`, flags);
  return (text) => (signs.test(text) ? pattern.exec(text)?.[0] : undefined);
}

/** Strings that a family keeps for itself: `error` where a job fails by them, `doubt` where it may. */
export function reservedTexts({ reserved }: BaseModel): {
  readonly error: (exchange: Exchange) => RowProblem | undefined;
  readonly doubt: (exchange: Exchange) => RowProblem | undefined;
} {
  const [inPrompts, inAnswers] = [finderOf(reserved?.inPrompts ?? []), finderOf(reserved?.inAnswers ?? [])];
  const anywhere = finderOf(reserved?.doubtful ?? [], 'i');
  const told = (found: string, text: string, rest: Pick<RowProblem, 'message' | 'fix'>): RowProblem => {
    const at = text.indexOf(found);
    return { code: 'reserved_text', value: `${shown(found)} in ${shown(text.slice(Math.max(0, at - 20)))}`, ...rest };
  };
  return {
    error: ({ system = '', turns }) => {
      for (const { role, content } of [{ role: 'system', content: system } as const, ...turns]) {
        const found = role === 'assistant' ? inAnswers(content) : inPrompts(content);
        if (found === undefined) continue;
        const [message, fix] = [
          'a text that the model keeps for itself: the job would fail',
          'write it in other words',
        ];
        return told(found, content, {
          message,
          fix: `${fix}, such as ${shown(found.trim().replace(/[:[\]<>]/g, ''))}`,
        });
      }
      return undefined;
    },
    doubt: ({ system = '', turns }) => {
      for (const content of [system, ...turns.map((turn) => turn.content)]) {
        const found = anywhere(content);
        if (found === undefined) continue;
        return told(found, content, {
          message: "a text that the model may keep for itself: AWS's validator refuses it",
          fix: 'write it in other words; AWS documents it only as written User:, Bot:, [EOS] and so on, and in prompts',
        });
      }
      return undefined;
    },
  };
}

/** No tokenizer makes fewer tokens of a text than one for every so many characters, says AWS's own quota. */
const MOST_CHARACTERS_PER_TOKEN = 6;

/** Characters of a record, by what limits count. */
export interface RecordSize {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly tokens: number;
}

export function sizeOf({ system = '', turns }: Exchange): RecordSize {
  let tokens = system.length;
  for (const { content } of turns) tokens += content.length;
  const last = turns.at(-1);
  const outputTokens = last?.role === 'assistant' ? last.content.length : 0;
  return { tokens, outputTokens, inputTokens: tokens - outputTokens };
}

const WHAT = { tokens: 'the record', inputTokens: 'the prompt', outputTokens: 'the answer' } as const;

/** A record that is too long however its tokens are counted, or by the estimate; most are neither. */
export function lengthProblem(
  size: RecordSize,
  { charactersPerToken }: BaseModel,
  limits: Limits,
): { readonly error?: RowProblem; readonly doubt?: RowProblem } {
  for (const part of ['tokens', 'inputTokens', 'outputTokens'] as const) {
    const [limit, characters] = [limits[part], size[part]];
    if (limit === undefined || characters <= limit * charactersPerToken) continue;
    const value = `${characters} characters, about ${Math.ceil(characters / charactersPerToken)} tokens`;
    const fix = `shorten it, leave the row out, or where your quota is another: train.limits.${part}`;
    if (characters > limit * MOST_CHARACTERS_PER_TOKEN) {
      const message = `${WHAT[part]} is longer than the ${limit} tokens that the model takes`;
      return { error: { code: 'too_many_tokens', message, value, fix } };
    }
    const message = `${WHAT[part]} may be longer than the ${limit} tokens that the model takes, by an estimate`;
    return { doubt: { code: 'too_many_tokens', message, value, fix } };
  }
  return {};
}
