/** CSV, TSV and Parquet: rows become objects by their columns. */
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { CsvError, parse } from 'csv-parse';
import { type AsyncBuffer, asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { RowProblem } from '../../spec/data/problems.ts';
import { isS3 } from '../../spec/inputs.ts';
import { lowerFirst, shown } from '../../spec/shown.ts';
import { notUtf8, nulBytes, type RawRow } from './json-lines.ts';
import type { SourceFile } from './source-files.ts';

const BATCH_ROWS = 1000;
/** Of a field with a quote that nothing closes, which goes on to the end of the file. */
const MAX_RECORD_BYTES = 16_000_000;

/** A record of the parser, its fields as bytes, and where it ends. */
interface CsvRecord {
  readonly record: readonly Buffer[];
  readonly info: { readonly lines: number };
}

/** The rows of a CSV or TSV file, whose first line names the columns. */
export async function* csvRows(chunks: AsyncIterable<Buffer>, delimiter: string): AsyncGenerator<RawRow[]> {
  const parser = parse({
    delimiter,
    // As bytes: the parser would put other characters in for what is not UTF-8.
    encoding: null,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
    // Tabs end fields whatever stands around them; quotes mean themselves there.
    ...(delimiter === '\t' ? { quote: null } : {}),
  });
  let header: string[] | undefined;
  let lastLine = 0;
  let batch: RawRow[] = [];
  try {
    for await (const { record, info } of Readable.from(chunks).pipe(parser) as AsyncIterable<CsvRecord>) {
      const line = info.lines - lineEndsIn(record);
      lastLine = info.lines;
      if (header === undefined) {
        // As editors put it, with a byte order mark, which counts as space.
        header = record.map((name) => name.toString('utf8').trim());
        if (header.some((name) => name.includes('\0'))) {
          yield [{ line, problem: nulBytes(header.join(delimiter)) }];
          return;
        }
        continue;
      }
      batch.push({ line, ...csvRow(header, record) });
      if (batch.length === BATCH_ROWS) {
        yield batch;
        batch = [];
      }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    batch.push({ line: lastLine + 1, problem: invalidTable(error) });
  }
  if (batch.length > 0) yield batch;
}

const NEWLINE = 0x0a;

/** A record is told of by its first line; the parser knows its last one. */
function lineEndsIn(record: readonly Buffer[]): number {
  let count = 0;
  for (const field of record) {
    for (let at = field.indexOf(NEWLINE); at !== -1; at = field.indexOf(NEWLINE, at + 1)) count += 1;
  }
  return count;
}

function csvRow(header: readonly string[], record: readonly Buffer[]) {
  if (record.length !== header.length) {
    const problem: RowProblem = {
      code: 'invalid_table',
      message: 'the row has more or fewer fields than the header',
      value: `${record.length} instead of ${header.length}: ${shown(record.map(String).join(' | '))}`,
      fix: 'put fields that hold a separator, a quote or a line end in double quotes',
    };
    return { problem };
  }
  const broken = record.find((field) => !isUtf8(field));
  if (broken) return { problem: notUtf8(broken) };
  return { row: Object.fromEntries(header.map((name, i) => [name, record[i]?.toString('utf8')])) };
}

function invalidTable({ message }: CsvError): RowProblem {
  return {
    code: 'invalid_table',
    message: 'the table cannot be read from here on',
    value: lowerFirst(message),
    fix: 'put fields that hold a separator, a quote or a line end in double quotes, and double the quotes in them',
  };
}

async function parquetFile({ path, bytes }: SourceFile, s3: () => S3Client): Promise<AsyncBuffer> {
  if (!isS3(path)) return asyncBufferFromFile(path);
  const slice = async (start: number, end = bytes): Promise<ArrayBuffer> => {
    const { objectBytes } = await import('./s3-source.ts');
    return new Uint8Array(await objectBytes(path, s3(), start, end)).buffer;
  };
  return { byteLength: bytes, slice };
}

/** How many rows a Parquet file says that it has; none where it cannot be read, of which who reads it is told. */
export async function parquetRowCount(source: SourceFile, s3: () => S3Client): Promise<number> {
  try {
    return Number((await parquetMetadataAsync(await parquetFile(source, s3))).num_rows);
  } catch (error) {
    if (isOfParquet(error)) return 0;
    throw error;
  }
}

/** Whether the file is at fault, and not what it is read by. */
const isOfParquet = (error: unknown): error is Error =>
  error instanceof Error && !('code' in error) && !('type' in error);

/** The rows of a Parquet file; `line` is the row's number. */
export async function* parquetRows(
  source: SourceFile,
  s3: () => S3Client,
  onBytes: (count: number) => void,
): AsyncGenerator<RawRow[]> {
  const file = await parquetFile(source, s3);
  let rowStart = 0;
  let told = 0;
  try {
    const metadata = await parquetMetadataAsync(file);
    for (const { num_rows, total_compressed_size } of metadata.row_groups) {
      const rowEnd = rowStart + Number(num_rows);
      const rows = await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd });
      const bytes = Math.min(Number(total_compressed_size ?? 0), source.bytes - told);
      onBytes(bytes);
      told += bytes;
      for (let start = 0; start < rows.length; start += BATCH_ROWS) {
        const first = rowStart + start + 1;
        yield rows.slice(start, start + BATCH_ROWS).map((row, i): RawRow => ({ line: first + i, row }));
      }
      rowStart = rowEnd;
    }
  } catch (error) {
    if (!isOfParquet(error)) throw error;
    yield [{ line: rowStart + 1, problem: invalidParquet(error) }];
  }
  onBytes(source.bytes - told);
}

function invalidParquet({ message }: Error): RowProblem {
  return {
    code: 'invalid_table',
    message: 'the Parquet file cannot be read from here on',
    value: lowerFirst(message),
    fix: 'write or copy it again; it must not be compressed as a whole, as its columns are',
  };
}
