import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { glob } from 'tinyglobby';
import type { DataProblem, Place, RowProblem } from '../../spec/data/problems.ts';
import { type Columns, type Row, readRow } from '../../spec/data/rows.ts';
import { shown } from '../../spec/shown.ts';
import { byteLines } from '../lines.ts';

/** A file of a data set. */
export interface DataFile {
  /** Relative to the directory of the spec, with slashes: how people know it. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

/**
 * The files that a path of a spec means, by name: the file itself, the `.jsonl` files below a directory, or what a glob
 * matches. Empty where there are none.
 */
export async function findDataFiles(path: string, directory: string): Promise<DataFile[]> {
  const there = await stat(resolve(directory, path)).catch(() => undefined);
  const found = there?.isFile()
    ? [resolve(directory, path)]
    : there?.isDirectory()
      ? await glob('**/*.jsonl', { cwd: resolve(directory, path), absolute: true })
      : await glob(path, { cwd: directory, absolute: true, expandDirectories: false });
  const named = found.map((file) => ({ name: relative(directory, file).split(sep).join('/'), path: resolve(file) }));
  const sorted = named.sort((a, b) => (a.name < b.name ? -1 : 1));
  return Promise.all(sorted.map(async (file) => ({ ...file, bytes: (await stat(file.path)).size })));
}

const NUL = 0;

const NOT_UTF8: Omit<RowProblem, 'value'> = {
  code: 'invalid_encoding',
  message: 'the line is not valid UTF-8',
  fix: 'save the file as UTF-8',
};

/** The chunks of a file. `onBytes` is told of every one that is read. */
async function* chunksOf(path: string, onBytes: (count: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    onBytes(chunk.length);
    yield chunk;
  }
}

// Drops a byte order mark, which editors put at the start of a file.
const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Buffer): { readonly text: string } | { readonly problem: RowProblem } {
  try {
    const text = utf8.decode(bytes);
    if (!bytes.includes(NUL)) return { text };
  } catch {
    return { problem: { ...NOT_UTF8, value: shown(bytes.toString('latin1')) } };
  }
  const message = 'the line holds NUL bytes';
  const fix = 'save the file as UTF-8; it looks like UTF-16 or a binary file';
  return { problem: { code: 'invalid_encoding', message, value: shown(bytes.toString('latin1')), fix } };
}

// JSON leaves these as they are, but readers of lines take them for line ends: Python's splitlines(), Node's readline.
const LINE_ENDS = /[\u0085\u2028\u2029]/g;

/** An object as a line of JSON Lines, one line for every reader. */
export function jsonLine(value: object): string {
  const escaped = (end: string): string => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(value).replace(LINE_ENDS, escaped)}\n`;
}

/** A usable row and where it stands, or what is wrong there. */
export type Reading = { readonly row: Row; readonly place: Place } | { readonly problem: DataProblem };

/** Reads and checks a file of JSON Lines, streamed. Empty lines are left out. */
export async function* readRows(
  file: DataFile,
  columns: Columns,
  onBytes: (count: number) => void,
): AsyncGenerator<Reading> {
  let line = 0;
  for await (const bytes of byteLines(chunksOf(file.path, onBytes))) {
    line += 1;
    const place = { file: file.name, line };
    const decoded = decode(bytes);
    if ('problem' in decoded) {
      yield { problem: { ...decoded.problem, ...place } };
    } else if (decoded.text.trim() !== '') {
      const read = readRow(decoded.text.trim(), columns);
      yield 'row' in read ? { row: read.row, place } : { problem: { ...read.problem, ...place } };
    }
  }
}
