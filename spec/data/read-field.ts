/** What a field of a row holds, or what is wrong with it. */
import { shown } from '../shown.ts';
import { nearest } from '../suggest.ts';
import { type ColumnName, fieldOf, type Shape } from './formats.ts';
import type { RowProblem } from './problems.ts';

/** A row of a source by its fields, as JSON has them or a table. */
export type Fields = Readonly<Record<string, unknown>>;

/** Python, which reads the rows next, cannot write half of a surrogate pair, and C strings end at a NUL. */
export function isBroken(value: string): boolean {
  return !value.isWellFormed() || value.includes('\0');
}

const SPACE = 0x20;
const DELETE = 0x7f;

export function isBlank(value: string): boolean {
  // Most texts begin with a letter, and need not be looked at further.
  const first = value.charCodeAt(0);
  return !(first > SPACE && first < DELETE) && value.trim() === '';
}

/** Why a text cannot be used. `what` names it: `field "text"`. */
export function textProblem(what: string, value: unknown, where: string): RowProblem | undefined {
  const at = where === '' ? '' : `${where}: `;
  if (typeof value !== 'string') {
    return {
      code: 'wrong_type',
      message: `${what} is not text`,
      value: at + shown(value),
      fix: 'write it as text, in double quotes',
    };
  }
  if (isBlank(value)) {
    return {
      code: 'empty',
      message: `${what} is empty`,
      value: at + shown(value),
      fix: 'fill it in or leave the row out',
    };
  }
  if (isBroken(value)) {
    return {
      code: 'invalid_text',
      message: `${what} holds a NUL or half of a surrogate pair`,
      value: at + shown(value),
      fix: 'remove the character; it comes from a broken conversion',
    };
  }
  return undefined;
}

export function missingField(row: Fields, column: ColumnName, field: string): RowProblem {
  const present = Object.keys(row);
  const meant = nearest(field, present);
  return {
    code: 'missing_field',
    message: `field "${field}" is missing`,
    value: `fields ${present.join(', ')}`,
    fix: meant
      ? `is it "${meant}"? rename it, or say data.columns.${column}: ${meant}`
      : `add it, or name the field that holds the ${column} in data.columns.${column}`,
  };
}

/** How to read a field that holds text. */
export function textField({ columns }: Shape, column: ColumnName) {
  const field = fieldOf(columns, column);
  const what = `field "${field}"`;
  const valueIn = (row: Fields): unknown => (Object.hasOwn(row, field) ? row[field] : undefined);
  return {
    required: (row: Fields): string | RowProblem => {
      const value = valueIn(row);
      if (value === undefined) return missingField(row, column, field);
      return textProblem(what, value, '') ?? (value as string);
    },
    /** Absent, null and blank are the same: nothing. */
    optional: (row: Fields): string | undefined | RowProblem => {
      const value = valueIn(row);
      if (value === undefined || value === null || (typeof value === 'string' && isBlank(value))) return undefined;
      return textProblem(what, value, '') ?? (value as string);
    },
  };
}
