/** Examples from files of any format: the door by which everything else reads a data set. */
import { type Example, jsonLine } from '../../spec/data/examples.ts';
import {
  detectFormat,
  fieldOf,
  possibleFormats,
  type RowOptions,
  type Shape,
  shapeOf,
} from '../../spec/data/formats.ts';
import type { DataProblem, Place, RowProblem } from '../../spec/data/problems.ts';
import { type ExampleReader, exampleReader, groupOf } from '../../spec/data/read-example.ts';
import { blocksOf, plainTextReader, type RawRow, readJsonLine, rowsOfBlock } from './json-lines.ts';
import { bytesOf, fleetingBytesOf, type OnBytes, type SourceFile, type SourceRoot } from './source-files.ts';

/** A usable example and where it stands, or what is wrong there. */
export type Reading =
  | { readonly example: Example; readonly place: Place; readonly group?: string; readonly slices?: string }
  | { readonly problem: DataProblem };

export interface ReadOptions extends Pick<SourceRoot, 's3'> {
  /** Field of the source whose value comes along as `group`; empty where a row does not have it. */
  readonly groupBy?: string;
  /** Fields whose values come along as `slices`. */
  readonly sliceBy?: readonly string[];
  /** Told of what is read, in stored bytes. */
  readonly onBytes?: (count: number) => void;
}

/**
 * Reads files of one shape, streamed: in batches, as a turn of the event loop for each row would cost more than reading
 * it. Empty lines are left out. Every problem of a row is a reading of its own; only what is not the file's fault, such
 * as S3 not answering, throws.
 */
export async function* readExamples(
  files: readonly SourceFile[],
  shape: Shape,
  { s3, groupBy, sliceBy = [], onBytes = () => {} }: ReadOptions,
): AsyncGenerator<readonly Reading[]> {
  const read = exampleReader(shape);
  for (const file of files) {
    for await (const rows of rowsOf(file, shape, s3, onBytes)) {
      yield rows.map((raw) => readingOf(raw, file.name, read, groupBy, sliceBy));
    }
  }
}

function readingOf(
  raw: RawRow,
  file: string,
  read: ExampleReader,
  groupBy: string | undefined,
  sliceBy: readonly string[],
): Reading {
  const place = { file, line: raw.line };
  if ('problem' in raw) return { problem: { ...raw.problem, ...place } };
  const example = read(raw.row);
  if ('code' in example) return { problem: { ...example, ...place } };
  const { row } = raw;
  return {
    example,
    place,
    ...(groupBy !== undefined && { group: groupOf(row, groupBy) }),
    ...(sliceBy.length > 0 && { slices: slicesLine(row, sliceBy) }),
  };
}

/** What a row's rules are held by, as a line. */
const slicesLine = (row: Parameters<typeof groupOf>[0], fields: readonly string[]): string =>
  jsonLine(Object.fromEntries(fields.map((field) => [field, groupOf(row, field)])));

/** The rows of a file in batches. A damaged archive is a problem in the place where reading ended. */
export async function* rowsOf(
  file: SourceFile,
  { columns }: Pick<Shape, 'columns'>,
  s3: SourceRoot['s3'],
  onBytes: OnBytes,
): AsyncGenerator<readonly RawRow[]> {
  if (file.container === 'parquet') {
    const { parquetRows } = await import('./tables.ts');
    return yield* parquetRows(file, s3, onBytes);
  }
  let line = 1;
  try {
    switch (file.container) {
      case 'csv':
      case 'tsv': {
        const { csvRows } = await import('./tables.ts');
        for await (const rows of csvRows(bytesOf(file, { s3 }, onBytes), file.container === 'csv' ? ',' : '\t')) {
          line = (rows.at(-1)?.line ?? line) + 1;
          yield rows;
        }
        return;
      }
      case 'jsonl':
      case 'text': {
        const read = file.container === 'jsonl' ? readJsonLine : plainTextReader(fieldOf(columns, 'text'));
        for await (const block of blocksOf(fleetingBytesOf(file, { s3 }, onBytes))) {
          const { rows, lines } = rowsOfBlock(block, line, read);
          yield rows;
          line += lines;
        }
      }
    }
  } catch (error) {
    yield [{ line, problem: damagedArchive(error) }];
  }
}

/** What is wrong with a compressed file that could not be read to its end. Anything else is thrown again. */
export function damagedArchive(error: unknown): RowProblem {
  if (!(error instanceof Error && 'code' in error && /^Z_(?:DATA|BUF)_ERROR$/.test(String(error.code)))) throw error;
  return {
    code: 'truncated',
    message: 'the compressed file is damaged or cut off',
    value: error.message,
    fix: 'write or copy it again; gzip -t says whether it is whole',
  };
}

const ROWS_TO_LOOK_AT = 50;

/**
 * How the rows of files are to be read: as the options say, or as the first rows look. `undefined` where they look like
 * no format; `seen` are their fields. Files without rows leave the choice to the first possible format.
 */
export async function findShape(
  files: readonly SourceFile[],
  options: RowOptions,
  s3: SourceRoot['s3'],
): Promise<{ readonly shape: Shape | undefined; readonly seen: readonly string[] }> {
  const { columns } = options;
  const shaped = (format: Shape['format'] | undefined) => format && shapeOf(format, columns);
  if (options.format !== undefined) return { shape: shapeOf(options.format, columns), seen: [] };
  for (const file of files) {
    for await (const rows of rowsOf(file, { columns }, s3, () => {})) {
      const objects = rows.flatMap((raw) => ('row' in raw ? [raw.row] : [])).slice(0, ROWS_TO_LOOK_AT);
      if (objects.length === 0) continue;
      return { shape: shaped(detectFormat(objects, options)), seen: Object.keys(objects[0] ?? {}) };
    }
  }
  return { shape: shaped(possibleFormats(options)[0]), seen: [] };
}
