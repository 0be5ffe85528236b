/** The files that a path of the spec means, on this machine or in S3, and their bytes. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { S3Client } from '@aws-sdk/client-s3';
import { glob } from 'tinyglobby';
import type { Format } from '../../spec/data/formats.ts';
import { isS3 } from '../../spec/inputs.ts';

/** How rows are put into a file, by its name. */
export type Container = 'jsonl' | 'csv' | 'tsv' | 'parquet' | 'text';

/** A file of a data set. */
export interface SourceFile {
  /** How people know it: relative to the directory of the spec, with slashes, or its `s3://` address. */
  readonly name: string;
  /** Absolute, or the `s3://` address. */
  readonly path: string;
  /** As it is stored, compressed or not. */
  readonly bytes: number;
  readonly container: Container;
  readonly gzipped: boolean;
  /** Of an object in S3: changes with its content. */
  readonly etag?: string;
}

/** Is told of every chunk that is read: its stored bytes, and where a file is read from end to end, the chunk itself. */
export type OnBytes = (count: number, chunk?: Buffer) => void;

/** Where paths are looked up. */
export interface SourceRoot {
  /** That of the spec file, absolute. */
  readonly directory: string;
  /** For `s3://` addresses; asked for only where there is one. */
  readonly s3: () => S3Client;
}

const CONTAINERS: Readonly<Record<string, Container>> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.parquet': 'parquet',
  '.txt': 'text',
};

/** What a directory or a prefix is searched for. Text files count where text is asked for: others lie about as notes. */
const SEARCHED = ['.jsonl', '.ndjson', '.csv', '.tsv', '.parquet'];

/** For messages. */
export const SEARCHED_FOR = `${SEARCHED.join(', ')} files (or .gz of them)`;

function sourceFile(name: string, path: string, bytes: number): SourceFile {
  const gzipped = name.endsWith('.gz');
  const extension = /\.[^./]+$/.exec(gzipped ? name.slice(0, -'.gz'.length) : name)?.[0] ?? '';
  return { name, path, bytes, container: CONTAINERS[extension.toLowerCase()] ?? 'jsonl', gzipped };
}

/**
 * The files that a path of the spec means, by name: the file or object itself, the data files below a directory or a
 * prefix, or what a glob matches. Empty where there are none.
 */
export async function findSourceFiles(path: string, root: SourceRoot, format?: Format): Promise<SourceFile[]> {
  if (!isS3(path)) return findLocalFiles(path, root.directory, format);
  const { objectsAt } = await import('./s3-source.ts');
  const searched = searchedFor(format);
  const isData = (name: string): boolean => searched.some((end) => name.replace(/\.gz$/, '').endsWith(end));
  const found = await objectsAt(path, root.s3(), isData);
  return byName(found.map(({ uri, bytes, etag }) => ({ ...sourceFile(uri, uri, bytes), etag })));
}

const searchedFor = (format?: Format): readonly string[] => (format === 'text' ? [...SEARCHED, '.txt'] : SEARCHED);
const byName = (files: SourceFile[]): SourceFile[] => files.sort((a, b) => (a.name < b.name ? -1 : 1));

/** The files that a path of this machine means, as {@link findSourceFiles}. */
export async function findLocalFiles(path: string, directory: string, format?: Format): Promise<SourceFile[]> {
  const pattern = `**/*{${searchedFor(format).join(',')}}{,.gz}`;
  const there = await stat(resolve(directory, path)).catch(() => undefined);
  const found = there?.isFile()
    ? [resolve(directory, path)]
    : there?.isDirectory()
      ? await glob(pattern, { cwd: resolve(directory, path), absolute: true })
      : await glob(path, { cwd: directory, absolute: true, expandDirectories: false });
  const files = found.map(async (file) => {
    const name = relative(directory, file).split(sep).join('/');
    return sourceFile(name, resolve(file), (await stat(file)).size);
  });
  return byName(await Promise.all(files));
}

// Large enough that a chunk's cost does not count beside that of its bytes.
const CHUNK_BYTES = 1024 * 1024;

/**
 * The bytes of a file, uncompressed, streamed.
 *
 * @param onBytes what it is told of adds up to the file's `bytes`
 */
export async function* bytesOf(
  { path, gzipped }: SourceFile,
  { s3 }: Pick<SourceRoot, 's3'>,
  onBytes: OnBytes,
): AsyncGenerator<Buffer> {
  const stored = isS3(path) ? await s3Object(path, s3()) : createReadStream(path, { highWaterMark: CHUNK_BYTES });
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of stored as AsyncIterable<Buffer>) {
      onBytes(chunk.length, chunk);
      yield chunk;
    }
  }
  if (!gzipped) return yield* counted();
  const bytes = createGunzip({ chunkSize: CHUNK_BYTES });
  const feeding = pipeline(counted(), bytes);
  // Told by `bytes` too, to whoever reads on; who does not is not interested.
  feeding.catch(() => {});
  yield* bytes as AsyncIterable<Buffer>;
}

/**
 * The same, where each chunk is only looked at until the next one is asked for: a file of this machine is then read into
 * the same memory all the time, which saves collecting gigabytes of it.
 */
export async function* fleetingBytesOf(
  file: SourceFile,
  root: Pick<SourceRoot, 's3'>,
  onBytes: OnBytes,
): AsyncGenerator<Buffer> {
  if (file.gzipped || isS3(file.path)) return yield* bytesOf(file, root, onBytes);
  const memory = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const handle = await open(file.path);
  try {
    for (;;) {
      const { bytesRead } = await handle.read(memory, 0, memory.length);
      if (bytesRead === 0) return;
      const chunk = memory.subarray(0, bytesRead);
      onBytes(bytesRead, chunk);
      yield chunk;
    }
  } finally {
    await handle.close();
  }
}

// AWS's client takes longer to load than most files to read.
async function s3Object(uri: string, s3: S3Client): Promise<Readable> {
  const { objectBody } = await import('./s3-source.ts');
  return objectBody(uri, s3);
}
