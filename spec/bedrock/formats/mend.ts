/** Training examples that can be put right for a format without guessing. */
import type { Message } from '../../data/examples.ts';
import type { TrainingFormat } from '../customization.ts';
import type { Exchange } from './exchange.ts';

/** The exchange as the format takes it, and what was done to it, in the same words for every row. */
export function mended(
  exchange: Exchange,
  format: TrainingFormat,
): { readonly exchange: Exchange; readonly changes: readonly string[] } {
  const changes: string[] = [];
  const turns: Message[] = [];
  for (const turn of exchange.turns) {
    const last = turns.at(-1);
    if (last?.role === turn.role)
      turns[turns.length - 1] = { role: turn.role, content: `${last.content}\n\n${turn.content}` };
    else turns.push(turn);
  }
  if (turns.length < exchange.turns.length) changes.push('messages of one speaker that follow each other are joined');
  const { system, ...rest } = exchange;
  const [question, ...others] = turns;
  if (format !== 'prompt-completion' || system === undefined || question?.role !== 'user') {
    return { exchange: { ...exchange, turns }, changes };
  }
  changes.push('the system prompt is written into the prompt');
  const asked: Message = { role: 'user', content: `${system}\n\n${question.content}` };
  return { exchange: { ...rest, turns: [asked, ...others] }, changes };
}
