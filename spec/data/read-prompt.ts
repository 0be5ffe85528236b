/** Questions that a teacher is to answer or a grader to judge the answers to: rows whose answer may be missing. */
import { shown } from '../shown.ts';
import type { Message, PromptExample } from './examples.ts';
import { columnsOf, fieldOf, type Shape } from './formats.ts';
import type { RowProblem } from './problems.ts';
import { type Fields, textField } from './read-field.ts';
import { messagesReader, systemReader } from './read-messages.ts';

/** Reads `{"prompt"}` or `{"messages"}`. An answer at the end is the reference, where no other is given. */
export function promptReader(shape: Shape): (row: Fields) => PromptExample | RowProblem {
  const [messagesOf, systemOf] = [messagesReader(shape, 'messages'), systemReader(shape)];
  const [prompt, completion] = [textField(shape, 'prompt'), textField(shape, 'completion')];
  const [messagesField, referenceField] = [
    fieldOf(shape.columns, 'messages'),
    fieldOf(shape.columns, 'reference_answer'),
  ];
  const used = new Set(columnsOf('prompts').map((column) => fieldOf(shape.columns, column)));

  function asked(row: Fields): Message[] | RowProblem {
    if (Object.hasOwn(row, messagesField)) return messagesOf(row);
    const text = prompt.required(row);
    if (typeof text !== 'string') return text;
    const system = systemOf(row);
    if (typeof system === 'object') return system;
    return [
      ...(system === undefined ? [] : [{ role: 'system', content: system } as const]),
      { role: 'user', content: text },
    ];
  }

  return (row) => {
    const messages = asked(row);
    if (!Array.isArray(messages)) return messages;
    const answer = messages.at(-1)?.role === 'assistant' ? messages.pop()?.content : completion.optional(row);
    if (typeof answer === 'object') return answer;
    const last = messages.at(-1);
    if (last?.role !== 'user') {
      return {
        code: 'no_question',
        message: 'the conversation has no question of the user to answer',
        value: last ? `its last message is the ${last.role}'s: ${shown(last.content)}` : 'it has no messages',
        fix: 'end it with what the model is to be asked, or leave the row out',
      };
    }
    const reference = row[referenceField] ?? answer;
    const others = Object.entries(row).filter(([field]) => !used.has(field));
    return {
      kind: 'prompt',
      messages,
      ...(reference === undefined ? {} : { reference_answer: reference }),
      ...(others.length === 0 ? {} : { metadata: Object.fromEntries(others) }),
    };
  };
}
