/** What a usable row of each format is, and what is wrong with the others. */
import type { Example } from './examples.ts';
import { type ColumnName, fieldOf, type Shape } from './formats.ts';
import type { RowProblem } from './problems.ts';
import { type Fields, textField } from './read-field.ts';
import { chatReader } from './read-messages.ts';
import { promptReader } from './read-prompt.ts';

export type { Fields } from './read-field.ts';

/** Reads a row. An example has a `kind`, a problem a `code`. */
export type ExampleReader = (row: Fields) => Example | RowProblem;

/** What a row is kept together by; empty where it does not say. */
export function groupOf(row: Fields, field: string): string {
  const value = Object.hasOwn(row, field) ? row[field] : undefined;
  return value === undefined || value === null ? '' : String(value);
}

/** Numbers as labels become text; a table's whole numbers may be bigints. */
function labelText(row: Fields, field: string): Fields {
  const value = row[field];
  return typeof value === 'number' || typeof value === 'bigint' ? { [field]: String(value) } : row;
}

/** How to read the rows of a shape. */
export function exampleReader(shape: Shape): ExampleReader {
  const text = (column: ColumnName) => textField(shape, column);
  switch (shape.format) {
    case 'classification': {
      const [textOf, labelOf] = [text('text').required, text('label').required];
      const labelField = fieldOf(shape.columns, 'label');
      return (row) => {
        const found = textOf(row);
        if (typeof found !== 'string') return found;
        const label = labelOf(Object.hasOwn(row, labelField) ? labelText(row, labelField) : row);
        return typeof label === 'string' ? { kind: 'classification', text: found, label } : label;
      };
    }
    case 'completion':
    case 'alpaca': {
      const isAlpaca = shape.format === 'alpaca';
      const [askOf, answerOf] = [
        text(isAlpaca ? 'instruction' : 'prompt').required,
        text(isAlpaca ? 'output' : 'completion').required,
      ];
      const [inputOf, systemOf] = [isAlpaca ? text('input').optional : () => undefined, text('system').optional];
      return (row) => {
        const asked = askOf(row);
        if (typeof asked !== 'string') return asked;
        const input = inputOf(row);
        if (typeof input === 'object') return input;
        const completion = answerOf(row);
        if (typeof completion !== 'string') return completion;
        const system = systemOf(row);
        if (typeof system === 'object') return system;
        const prompt = input === undefined ? asked : `${asked}\n\n${input}`;
        return { kind: 'completion', ...(system === undefined ? {} : { system }), prompt, completion };
      };
    }
    case 'text':
    case 'input': {
      const textOf = text(shape.format).required;
      return (row) => {
        const found = textOf(row);
        return typeof found === 'string' ? { kind: 'text', text: found } : found;
      };
    }
    case 'chat':
      return chatReader(shape, 'messages');
    case 'sharegpt':
      return chatReader(shape, 'conversations');
    case 'prompts':
      return promptReader(shape);
  }
}
