/** Bodies of InvokeModel: each family has its own, as AWS's pages on inference parameters of the models describe them. */
import { isObject, type Json } from '../../../aws/model.ts';
import { validationError } from '../../../aws/protocol.ts';
import type { Served } from '../../context.ts';
import type { Turn } from '../../learning/prompt.ts';
import type { Answer, Question } from '../answering.ts';

/** What was asked and answered. */
export interface Exchange {
  readonly request: Json;
  readonly base: string;
  readonly question: Question;
  readonly answer: Answer;
}

/** How a family of models is asked, and answers. */
export interface Body {
  /** Throws a ValidationException where the body is not the family's. */
  question(request: Json, served: Served): Question;
  response(exchange: Exchange): Json;
  /** The same in parts, for the pieces of the text, as InvokeModelWithResponseStream sends it. */
  chunks(exchange: Exchange, pieces: readonly string[]): Iterable<Json>;
}

export const MANY = Number.MAX_SAFE_INTEGER;

export const user = (text: string): Turn[] => [{ role: 'user', text }];

export const object = (value: unknown): Json => (isObject(value) ? value : {});

export function malformed(what: string): Error {
  return validationError(`Malformed input request: #: ${what}, please reformat your input and try again.`);
}

/** A text that must be there. */
export function textOf(body: Json, name: string): string {
  const text = body[name];
  if (text === undefined) throw malformed(`required key [${name}] not found`);
  if (typeof text !== 'string') throw malformed(`${name}: expected type: String, found: ${JSON.stringify(text)}`);
  return text;
}

/** A number within bounds, where it is given. */
export function numberOf(body: Json, name: string, least: number, most: number): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') throw malformed(`${name}: expected type: Number, found: ${JSON.stringify(value)}`);
  if (value < least) throw malformed(`${name}: ${value} is not greater or equal to ${least}`);
  if (value > most) throw malformed(`${name}: ${value} is not less or equal to ${most}`);
  return value;
}

/** Text, or blocks of text as Anthropic and OpenAI have them. */
export function plainText(content: unknown): string {
  if (typeof content === 'string') return content;
  return (Array.isArray(content) ? content : [])
    .map((block: unknown) => {
      const { type, text } = object(block);
      if (type !== 'text' || typeof text !== 'string')
        throw validationError(`The models of the laptop region read text only: there is a ${type} block`);
      return text;
    })
    .join('\n');
}

/** Turns of messages of users and assistants; others are left out. */
export function turnsOf(messages: readonly unknown[]): Turn[] {
  return messages.map(object).flatMap(({ role, content }): Turn[] => {
    return role === 'user' || role === 'assistant' ? [{ role, text: plainText(content) }] : [];
  });
}
