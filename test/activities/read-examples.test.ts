import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAwsProvider } from '../../activities/aws.ts';
import { blocksOf, readJsonLine, rowsOfBlock } from '../../activities/data/json-lines.ts';
import { findShape, type Reading, readExamples } from '../../activities/data/read-examples.ts';
import { findSourceFiles, type SourceRoot } from '../../activities/data/source-files.ts';
import type { RowOptions } from '../../spec/data/formats.ts';
import { sharedRegion, temporaryDirectory } from '../support/region.ts';

const { env } = sharedRegion();
Object.assign(process.env, env);
const { s3 } = createAwsProvider()(env.AWS_REGION);
const bucket = `read-test-${process.pid}-${Date.now()}`;
let root: SourceRoot;

beforeAll(async () => {
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
});
beforeEach(async () => {
  root = { directory: await temporaryDirectory(), s3: () => s3 };
});

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(root.directory, path)), { recursive: true });
  await writeFile(join(root.directory, path), content);
}

interface Read {
  readonly format: string | undefined;
  readonly readings: readonly Reading[];
  readonly bytes: number;
  readonly stored: number;
}

async function read(path: string, options: RowOptions = { columns: {} }, groupBy?: string): Promise<Read> {
  const files = await findSourceFiles(path, root, options.format);
  const { shape } = await findShape(files, options, root.s3);
  if (shape === undefined) return { format: undefined, readings: [], bytes: 0, stored: 0 };
  const readings: Reading[] = [];
  let bytes = 0;
  const onBytes = (count: number): void => {
    bytes += count;
  };
  const more = groupBy === undefined ? {} : { groupBy };
  for await (const batch of readExamples(files, shape, { s3: root.s3, onBytes, ...more })) readings.push(...batch);
  return { format: shape.format, readings, bytes, stored: files.reduce((sum, file) => sum + file.bytes, 0) };
}

const examples = ({ readings }: Read) => readings.map((one) => ('example' in one ? one.example : one.problem));
const places = ({ readings }: Read) =>
  readings.map((one) => {
    const { file, line } = 'example' in one ? one.place : one.problem;
    return `${file}:${line}`;
  });

const ROWS = [
  { kind: 'classification', text: 'one, "two"\nthree', label: 'x' },
  { kind: 'classification', text: 'größer 😀', label: '2' },
];
const JSONL = '{"text":"one, \\"two\\"\\nthree","label":"x"}\n\n{"text":"größer 😀","label":2}\n';
const CSV = 'text,label,id\r\n"one, ""two""\nthree",x,1\r\n\r\ngrößer 😀,2,2\r\n';

describe('a data set is read', () => {
  it.each([
    ['rows.jsonl', JSONL, [1, 3]],
    ['rows.csv', CSV, [2, 5]],
    ['rows.csv', `\ufeff${CSV}`, [2, 5]],
    ['rows.data', JSONL.replaceAll('\n', '\r\n'), [1, 3]],
  ])('from %s, plain and compressed', async (name, content, lines) => {
    await write(name, content);
    await write(`${name}.gz`, gzipSync(content));
    for (const path of [name, `${name}.gz`]) {
      const found = await read(path);
      expect(examples(found)).toEqual(ROWS);
      expect(places(found)).toEqual(lines.map((line) => `${path}:${line}`));
      expect(found.bytes).toBe(found.stored);
    }
  });

  it('from Parquet, by its own row numbers, from this machine and from S3', async () => {
    const column = (name: string, data: (string | number)[]) => ({ name, data });
    const columnData = [
      column(
        'text',
        ROWS.map(({ text }) => text),
      ),
      column(
        'label',
        ROWS.map(({ label }) => label),
      ),
    ];
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 1, codec: 'SNAPPY' }));
    await write('rows.parquet', bytes);
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'rows.parquet', Body: bytes }));
    for (const path of ['rows.parquet', `s3://${bucket}/rows.parquet`]) {
      const found = await read(path);
      expect(examples(found)).toEqual(ROWS);
      expect(places(found)).toEqual([`${path}:1`, `${path}:2`]);
      expect(found.bytes).toBe(found.stored);
    }
  });

  it('from TSV, where quotes mean themselves', async () => {
    await write('rows.tsv', 'text\tlabel\n"so" good\tx\n');
    expect(examples(await read('rows.tsv'))).toEqual([{ kind: 'classification', text: '"so" good', label: 'x' }]);
  });

  it('from plain text, an example a line', async () => {
    await write('notes.txt', 'one\n\n  two \n');
    const found = await read('notes.txt');
    expect(examples(found)).toEqual([
      { kind: 'text', text: 'one' },
      { kind: 'text', text: 'two' },
    ]);
    expect(places(found)).toEqual(['notes.txt:1', 'notes.txt:3']);
  });

  it('from all data files of a directory, and text files where text is asked for', async () => {
    await write('data/b.jsonl', '{"text":"b"}\n');
    await write('data/deep/a.csv.gz', gzipSync('text\na\n'));
    await write('data/README.txt', 'about\n');
    expect(places(await read('data'))).toEqual(['data/b.jsonl:1', 'data/deep/a.csv.gz:2']);
    expect(await read('data', { format: 'text', columns: {} })).toMatchObject({ readings: { length: 3 } });
  });

  it('from an object, a prefix and a compressed object in S3', async () => {
    const put = (Key: string, Body: string | Uint8Array) =>
      s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    await put('set/a.jsonl', JSONL);
    await put('set/b.csv.gz', gzipSync(CSV));
    await put('set/notes.txt', 'no data');
    await put('settings/c.jsonl', JSONL);
    const uri = `s3://${bucket}/set`;
    expect(examples(await read(`${uri}/a.jsonl`))).toEqual(ROWS);
    const found = await read(uri);
    expect(examples(found)).toEqual([...ROWS, ...ROWS]);
    expect(places(found)).toEqual([`${uri}/a.jsonl:1`, `${uri}/a.jsonl:3`, `${uri}/b.csv.gz:2`, `${uri}/b.csv.gz:5`]);
    expect(found.bytes).toBe(found.stored);
    expect(await read(`s3://${bucket}/nothing`)).toMatchObject({ readings: [] });
  });

  it('with the group of each row', async () => {
    await write('rows.jsonl', '{"text":"a","label":"x","customer":7}\n{"text":"b","label":"y"}\n');
    const { readings } = await read('rows.jsonl', { columns: {} }, 'customer');
    expect(readings.map((one) => 'group' in one && one.group)).toEqual(['7', '']);
  });
});

describe('what is wrong with a file is a reading in its place', () => {
  const GOOD = '{"text":"a","label":"x"}\n';
  it.each<[string, string, string | Uint8Array, object[]]>([
    ['JSON that is none', 'a.jsonl', `${GOOD}{"text": }\n${GOOD}`, [{ code: 'invalid_json', line: 2 }]],
    ['an array', 'a.jsonl', `${GOOD}["a"]\n`, [{ code: 'not_an_object', line: 2, value: '["a"]' }]],
    ['null', 'a.jsonl', `${GOOD}null\n`, [{ code: 'not_an_object', line: 2 }]],
    ['a last line that is cut off', 'a.jsonl', `${GOOD}{"text":"b","la`, [{ code: 'truncated', line: 2 }]],
    ['NUL bytes', 'a.jsonl', `${GOOD}{"text":"\0","label":"x"}\n`, [{ code: 'invalid_encoding', line: 2 }]],
    [
      'Latin-1',
      'a.jsonl',
      Buffer.concat([Buffer.from(GOOD), Buffer.from('{"text":"caf\xe9","label":"x"}\n', 'latin1'), Buffer.from(GOOD)]),
      [{ code: 'invalid_encoding', line: 2, value: '"{\\"text\\":\\"café\\",\\"label\\":\\"x\\"}"' }],
    ],
    [
      'Latin-1 in a table',
      'a.csv',
      Buffer.from('text,label\ncaf\xe9,x\n', 'latin1'),
      [{ code: 'invalid_encoding', line: 2 }],
    ],
    [
      'fields too many',
      'a.csv',
      'text,label\na,b,x\n',
      [{ code: 'invalid_table', line: 2, value: '3 instead of 2: "a | b | x"' }],
    ],
    ['a quote that nothing closes', 'a.csv', 'text,label\na,x\n"b,x\nc,x\n', [{ code: 'invalid_table', line: 3 }]],
    ['an archive that is cut off', 'a.jsonl.gz', gzipSync(GOOD.repeat(9)).subarray(0, 40), [{ code: 'truncated' }]],
    [
      'a table in UTF-16',
      'a.csv',
      Buffer.from('text,label\na,x\n', 'utf16le'),
      [{ code: 'invalid_encoding', line: 1 }],
    ],
    ['no Parquet', 'a.parquet', 'text,label\n', [{ code: 'invalid_table', line: 1 }]],
  ])('%s', async (_, path, content, problems) => {
    await write(path, content);
    const { readings } = await read(path, { format: 'classification', columns: {} });
    const found = readings.flatMap((one) => ('problem' in one ? [one.problem] : []));
    expect(found).toMatchObject(
      problems.map((problem) => ({ file: path, fix: expect.stringMatching(/./), ...problem })),
    );
    expect(found).toHaveLength(problems.length);
  });

  it('a line without an end is not held in memory, and the rows after it are read', async () => {
    await write('a.jsonl', `${GOOD}{"text":"${'x'.repeat(17_000_000)}","label":"x"}\n${GOOD}`);
    const found = await read('a.jsonl');
    expect(places(found)).toEqual(['a.jsonl:1', 'a.jsonl:2', 'a.jsonl:3']);
    expect(found.readings[1]).toMatchObject({ problem: { code: 'too_large', value: /^17\.0 MB: "{/ } });
  });
});

async function* chunked(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0;
  for (let i = 0; start < bytes.length; i += 1) {
    const end = start + (sizes[i % sizes.length] ?? 1);
    yield bytes.subarray(start, end);
    start = end;
  }
}

it('lines are the same wherever the chunks of a stream end', async () => {
  const line = fc.oneof(
    fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify({ text })),
    fc.constantFrom('', '\r', 'not json'),
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(fc.array(line), sizes, fc.integer({ min: 1, max: 100 }), async (lines, chunks, blockBytes) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const found: object[] = [];
      let next = 1;
      for await (const block of blocksOf(chunked(bytes, chunks), { blockBytes })) {
        const { rows, lines: count } = rowsOfBlock(block, next, readJsonLine);
        found.push(...rows);
        next += count;
      }
      expect(next - 1).toBe(lines.length);
      expect(found).toEqual(
        lines.flatMap((text, i) => {
          const one = readJsonLine(text);
          return one ? [{ line: i + 1, ...one }] : [];
        }),
      );
    }),
  );
});
