/** Rows of a data set: what a usable one is. */

import { shown } from '../shown.ts';
import type { RowProblem } from './problems.ts';

/** One example for a classifier. */
export interface Row {
  readonly text: string;
  readonly label: string;
}

/** Which fields of a row hold what. */
export interface Columns {
  readonly text: string;
  readonly label: string;
}

function textProblem(field: string, value: string): RowProblem | undefined {
  if (value.trim() === '') {
    return {
      code: 'empty',
      message: `field "${field}" is empty`,
      value: shown(value),
      fix: 'fill it in or leave the row out',
    };
  }
  // Python, which reads the rows next, cannot write half of a surrogate pair, and C strings end at a NUL.
  if (/\p{Surrogate}|\0/u.test(value)) {
    return {
      code: 'invalid_text',
      message: `field "${field}" holds a NUL or half of a surrogate pair`,
      value: shown(value),
      fix: 'remove the character; it comes from a broken conversion',
    };
  }
  return undefined;
}

/** Reads one line of a JSON Lines file: the row, or why it is none. Numbers as labels become text. */
export function readRow(line: string, columns: Columns): { readonly row: Row } | { readonly problem: RowProblem } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return {
      problem: {
        code: 'invalid_json',
        message: 'the line is not valid JSON',
        value: shown(line),
        fix: 'write one complete JSON object a line',
      },
    };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {
      problem: {
        code: 'not_an_object',
        message: 'the line is not a JSON object',
        value: shown(value),
        fix: `write {"${columns.text}": ..., "${columns.label}": ...}`,
      },
    };
  }

  const found: Record<keyof Columns, string> = { text: '', label: '' };
  for (const column of ['text', 'label'] as const) {
    const field = columns[column];
    const given: unknown = Object.hasOwn(value, field) ? (value as Record<string, unknown>)[field] : undefined;
    if (given === undefined) {
      const message = `field "${field}" is missing`;
      const fix = `add it, or name the field that holds the ${column} in data.columns.${column}`;
      return { problem: { code: 'missing_field', message, value: `fields ${Object.keys(value).join(', ')}`, fix } };
    }
    const text = column === 'label' && typeof given === 'number' ? String(given) : given;
    if (typeof text !== 'string') {
      const message = `field "${field}" is not text`;
      return {
        problem: { code: 'wrong_type', message, value: shown(given), fix: 'write it as text, in double quotes' },
      };
    }
    const problem = textProblem(field, text);
    if (problem) return { problem };
    found[column] = text;
  }
  return { row: found };
}
