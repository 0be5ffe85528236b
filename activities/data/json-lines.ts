/** JSON Lines: bytes into blocks of whole lines, blocks into rows. */
import { isUtf8 } from 'node:buffer';
import { duplicateKey } from '../../spec/data/duplicate-keys.ts';
import type { RowProblem } from '../../spec/data/problems.ts';
import type { Fields } from '../../spec/data/read-example.ts';
import { shown } from '../../spec/shown.ts';

/** A row, or what is wrong in its place. */
export type ReadRow = { readonly row: Fields } | { readonly problem: RowProblem };

/** A row of a file. `line` counts from 1. */
export type RawRow = ReadRow & { readonly line: number };

/** Whole lines of a file. */
export interface Block {
  readonly bytes: Buffer;
  /** Whether the file ends here without a newline. */
  readonly cutOff: boolean;
  /** The bytes of a line that is too long to be read; `bytes` is then its start. */
  readonly tooLong?: number;
}

const NEWLINE = 0x0a;

/** A longer line is refused, so that one without an end does not fill the memory. */
const MAX_LINE_BYTES = 16_000_000;
const BLOCK_BYTES = 1024 * 1024;
/** Of a line that is too long: enough to show. */
const HEAD_BYTES = 200;

/** Gives memory of at least so many bytes, which is not used for anything else. */
export type Allocate = (bytes: number) => Buffer;

export interface BlockOptions {
  readonly blockBytes?: number;
  /** For whoever takes the memory of blocks back when they are done with. */
  readonly allocate?: Allocate;
}

/** Cuts a stream into blocks of at least a megabyte, whatever the chunks, which are copied; the last one may be smaller. */
export async function* blocksOf(chunks: AsyncIterable<Buffer>, options: BlockOptions = {}): AsyncGenerator<Block> {
  const { blockBytes = BLOCK_BYTES, allocate = Buffer.allocUnsafeSlow } = options;
  let block = allocate(2 * blockBytes);
  let length = 0;
  let skipped = 0;
  for await (let chunk of chunks) {
    if (skipped > 0) {
      const end = chunk.indexOf(NEWLINE);
      skipped += end === -1 ? chunk.length : end;
      if (end === -1) continue;
      const head = Buffer.allocUnsafeSlow(HEAD_BYTES);
      block.copy(head);
      yield { bytes: head, cutOff: false, tooLong: skipped };
      [length, skipped] = [0, 0];
      chunk = chunk.subarray(end + 1);
    }
    if (length + chunk.length > block.length) {
      const larger = allocate(2 * (length + chunk.length));
      block.copy(larger, 0, 0, length);
      block = larger;
    }
    chunk.copy(block, length);
    length += chunk.length;
    if (length < blockBytes) continue;
    const end = block.subarray(0, length).lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      const next = allocate(Math.max(2 * blockBytes, blockBytes + length - end));
      block.copy(next, 0, end, length);
      yield { bytes: block.subarray(0, end), cutOff: false };
      [block, length] = [next, length - end];
    }
    if (length > MAX_LINE_BYTES) skipped = length;
  }
  const bytes = block.subarray(0, length);
  if (skipped > 0) yield { bytes: bytes.subarray(0, HEAD_BYTES), cutOff: true, tooLong: skipped };
  else if (length > 0) yield { bytes, cutOff: bytes.at(-1) !== NEWLINE };
}

/** Reads a line; `undefined` where it is empty. */
export type LineReader = (line: string) => ReadRow | undefined;

/** Gives every line of a block that is not empty to `visit`, and returns how many lines it has. */
export function visitLines(
  { bytes, cutOff, tooLong }: Block,
  firstLine: number,
  read: LineReader,
  visit: (line: number, read: ReadRow) => void,
): number {
  if (tooLong !== undefined) {
    visit(firstLine, { problem: tooLongProblem(bytes, tooLong) });
    return 1;
  }
  // Decoded line by line: strings of a byte a character where the line has no others, which are parsed twice as fast.
  const isValid = isUtf8(bytes);
  let line = firstLine;
  for (let start = 0; start < bytes.length; line += 1) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    const found =
      isValid || isUtf8(bytes.subarray(start, end))
        ? read(bytes.toString('utf8', start, end))
        : { problem: notUtf8(bytes.subarray(start, end)) };
    if (found !== undefined) {
      const isTruncated = cutOff && newline === -1 && 'problem' in found && found.problem.code === 'invalid_json';
      visit(line, isTruncated ? { problem: { ...found.problem, ...TRUNCATED } } : found);
    }
    start = end + 1;
  }
  return line - firstLine;
}

/** What a block holds, and how many lines it has. Empty lines are left out. */
export function rowsOfBlock(
  block: Block,
  firstLine: number,
  read: LineReader,
): { readonly rows: RawRow[]; readonly lines: number } {
  const rows: RawRow[] = [];
  const lines = visitLines(block, firstLine, read, (line, found) => rows.push({ line, ...found }));
  return { rows, lines };
}

const OPENING = '{'.charCodeAt(0);

/** A line of JSON Lines. */
export const readJsonLine: LineReader = (line) => {
  if (line.charCodeAt(0) === OPENING) {
    try {
      return uniqueFields(line, JSON.parse(line) as Fields);
    } catch {
      // What is wrong is found out below.
    }
  }
  // Byte order marks count as space, and so do the returns of Windows.
  const text = line.trim();
  if (text === '') return undefined;
  if (text.includes('\0')) return { problem: nulBytes(text) };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: { ...NOT_JSON, value: shown(text) } };
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return uniqueFields(text, value as Fields);
  return { problem: { ...NOT_AN_OBJECT, value: shown(value) } };
};

function uniqueFields(line: string, row: Fields): ReadRow {
  const key = duplicateKey(line, row);
  return key === undefined ? { row } : { problem: { ...DUPLICATE_KEY, value: shown(key) } };
}

/** A line of plain text, as the field of a row. */
export function plainTextReader(field: string): LineReader {
  return (line) => {
    const text = line.trim();
    if (text === '') return undefined;
    return text.includes('\0') ? { problem: nulBytes(text) } : { row: { [field]: text } };
  };
}

type Told = Omit<RowProblem, 'value'>;

const NOT_JSON: Told = {
  code: 'invalid_json',
  message: 'the line is not valid JSON',
  fix: 'write one complete JSON object a line',
};
const TRUNCATED: Told = {
  code: 'truncated',
  message: 'the last line is cut off',
  fix: 'the file was not written or copied to its end; do that again, or remove the line',
};
const DUPLICATE_KEY: Told = {
  code: 'duplicate_key',
  message: 'a key stands twice in one object',
  fix: 'remove one: readers differ in which value they take',
};
const NOT_AN_OBJECT: Told = {
  code: 'not_an_object',
  message: 'the line is not a JSON object',
  fix: 'write one object a line, with a field for each column; jq -c ".[]" does so for an array',
};

export function nulBytes(text: string): RowProblem {
  return {
    code: 'invalid_encoding',
    message: 'the line holds NUL bytes',
    value: shown(text),
    fix: 'save the file as UTF-8; it looks like UTF-16 or a binary file',
  };
}

export function notUtf8(bytes: Buffer): RowProblem {
  return {
    code: 'invalid_encoding',
    message: 'the line is not valid UTF-8',
    value: shown(bytes.toString('latin1')),
    fix: 'save the file as UTF-8',
  };
}

function tooLongProblem(head: Buffer, bytes: number): RowProblem {
  return {
    code: 'too_large',
    message: `the line is longer than ${MAX_LINE_BYTES / 1e6} MB`,
    value: `${(bytes / 1e6).toFixed(1)} MB: ${shown(head.toString('latin1'))}`,
    fix: 'end each row with a newline; if it is one row, shorten it or leave it out',
  };
}
