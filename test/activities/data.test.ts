import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import fc from 'fast-check';
import { extract, type Header } from 'tar-stream';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAwsProvider } from '../../activities/aws.ts';
import { createDataActivities, type PreparedInputs } from '../../activities/data/activities.ts';
import { checkData } from '../../activities/data/check/check-data.ts';
import { describeMissing, missingFiles } from '../../activities/data/source.ts';
import { parseS3Uri } from '../../activities/s3-uri.ts';
import { normalise } from '../../spec/data/examples.ts';
import { formatProblems, parseSpec } from '../../spec/parse.ts';
import { type Spec, type SpecInput, specSchema } from '../../spec/spec.ts';
import { sharedRegion } from '../support/region.ts';

const { env } = sharedRegion();
Object.assign(process.env, env);
const region = env.AWS_REGION;
const bucket = `data-test-${process.pid}-${Date.now()}`;
const aws = createAwsProvider();
const { s3 } = aws(region);
const { prepareInputs, prepareData } = createDataActivities({ aws });

/** Failures are what the tests look at; the worker's log of them would only drown theirs. */
const newEnvironment = () => new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });

let directory: string;
/** A name of its own for each test, so that none meets another's objects. */
let name: string;
let count = 0;

beforeAll(async () => {
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'temper-data-'));
  count += 1;
  name = `model-${count}`;
  await write('train.py', 'print("training")\n');
  await write('inference.py', 'def model_fn(model_dir): ...\n');
});
afterEach(() => rm(directory, { recursive: true }));

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(directory, path)), { recursive: true });
  await writeFile(join(directory, path), content);
}

const lines = (...rows: object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const rowsOf = (size: number): object[] =>
  Array.from({ length: size }, (_, i) => ({ text: `sentence ${i}`, label: i % 2 === 0 ? 'even' : 'odd', id: i }));

function specOf(data: SpecInput['data'], rest: Partial<SpecInput> = {}): Spec {
  return specSchema.parse({ name, data, train: { engine: 'sagemaker', script: 'train.py' }, evaluate: {}, ...rest });
}

const untested: Partial<SpecInput> = { evaluate: undefined };

/** What the machine with the files prepares, data and code; where the data is in S3, a worker of the pipeline has to do it. */
async function prepare(spec: Spec, environment = newEnvironment()): Promise<Required<PreparedInputs>> {
  const input = { run: { name, id: 'abcd' }, spec, region, bucket };
  const { source, data }: PreparedInputs = await environment.run(prepareInputs, { ...input, directory });
  if (!source) throw new Error('no code was packed');
  return { source, data: data ?? (await environment.run(prepareData, input)) };
}

async function failureOf(promise: Promise<unknown>): Promise<ApplicationFailure> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApplicationFailure)) throw new Error(`expected an ApplicationFailure, got ${error}`);
  return error;
}

async function bytesAt(uri: string): Promise<Buffer> {
  const { bucket: Bucket, key: Key } = parseS3Uri(uri);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

async function objects(): Promise<{ key: string | undefined; modified: Date | undefined; tag: string | undefined }[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `temper/${name}/` }));
  return Contents.map(({ Key, LastModified, ETag }) => ({ key: Key, modified: LastModified, tag: ETag }));
}

async function entriesOf(archive: Buffer): Promise<{ header: Header; content: string }[]> {
  const entries: { header: Header; content: string }[] = [];
  for await (const entry of Readable.from([gunzipSync(archive)]).pipe(extract())) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    entries.push({ header: entry.header, content: Buffer.concat(chunks).toString() });
  }
  return entries;
}

async function filesIn(archive: Buffer): Promise<Record<string, string>> {
  return Object.fromEntries((await entriesOf(archive)).map(({ header, content }) => [header.name, content]));
}

describe('the data set', () => {
  it('arrives in S3 as one file a split, with the test inputs without labels', async () => {
    await write('data/rows.jsonl', lines(...rowsOf(20), { text: 'sentence\t3', label: 'odd' }));
    const spec = specOf({ source: 'data/rows.jsonl', split: { test: 0.2, validation: 0.1 } });
    const { data } = await prepare(spec);

    const prefix = `s3://${bucket}/temper/${name}/data/${data.sha256}/`;
    const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(data).toEqual({
      sha256,
      kind: 'classification',
      splits: {
        train: { uri: `${prefix}train/`, rows: 14, sha256 },
        validation: { uri: `${prefix}validation/`, rows: 2, sha256 },
        test: { uri: `${prefix}test/`, rows: 4, sha256 },
      },
      testInputs: { uri: `${prefix}inputs/`, rows: 4, sha256 },
      labels: ['even', 'odd'],
      duplicates: 1,
      conflicts: 0,
    });
    const parsed = async (path: string): Promise<Record<string, string>[]> =>
      (await bytesAt(`${prefix}${path}`))
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    const test = await parsed('test/test.jsonl');
    expect(Object.keys(test[0] ?? {})).toEqual(['text', 'label']);
    expect(await parsed('inputs/inputs.jsonl')).toEqual(test.map(({ text }) => ({ text })));
    const everything = [
      ...(await parsed('train/train.jsonl')),
      ...(await parsed('validation/validation.jsonl')),
      ...test,
    ];
    expect(everything.map(({ text }) => text).sort()).toEqual(
      rowsOf(20)
        .map((row) => (row as { text: string }).text)
        .sort(),
    );
  });

  it('is one line a row for every reader, whatever the texts hold', async () => {
    const texts = ['a\u2028b', 'a\u2029c', 'a\u0085d', 'a\nb\tc', '"ü"\\'];
    await write('rows.jsonl', lines(...texts.map((text, i) => ({ text, label: `${i % 2}` }))));
    const { data } = await prepare(specOf({ source: 'rows.jsonl', split: { test: 0 } }, untested));
    const content = (await bytesAt(`${data.splits.train?.uri}train.jsonl`)).toString();
    expect(content).not.toMatch(/[\u0085\u2028\u2029]/);
    const read = content
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).text);
    expect(read.sort()).toEqual(texts.sort());
  });

  it('is sent once: the next run with the same files sends nothing', async () => {
    await write('rows.jsonl', lines(...rowsOf(10)));
    const first = await prepare(specOf({ source: 'rows.jsonl' }));
    const before = await objects();
    const environment = newEnvironment();
    const sent: unknown[] = [];
    environment.on('heartbeat', (details: { file: string }) => {
      if (details.file.endsWith('files')) sent.push(details);
    });
    expect(await prepare(specOf({ source: 'rows.jsonl' }), environment)).toEqual(first);
    expect(sent).toEqual([]);
    expect(await objects()).toEqual(before);
    expect(before).toHaveLength(4);
  });

  it('is sent again where the object is not what its name says', async () => {
    await write('rows.jsonl', lines(...rowsOf(10)));
    const { data } = await prepare(specOf({ source: 'rows.jsonl' }));
    const { bucket: Bucket, key } = parseS3Uri(`${data.splits.train?.uri}train.jsonl`);
    const content = await bytesAt(`s3://${Bucket}/${key}`);
    await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: 'half' }));
    await prepare(specOf({ source: 'rows.jsonl' }));
    expect(await bytesAt(`s3://${Bucket}/${key}`)).toEqual(content);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: key }));
    expect(head.Metadata?.sha256).toBe(createHash('sha256').update(content).digest('hex'));
  });

  it('is the same from one file, a directory or a glob, with a byte order mark and Windows line ends', async () => {
    const rows = rowsOf(12);
    await write('one.jsonl', lines(...rows));
    await write('many/b/second.jsonl', `\ufeff${lines(...rows.slice(5)).replaceAll('\n', '\r\n')}\r\n`);
    await write('many/a.jsonl', lines(...rows.slice(0, 5)).trimEnd());
    await write('many/notes.txt', 'not data');
    const hashes = await Promise.all(
      ['one.jsonl', 'many', 'many/**/*.jsonl'].map(async (source) => (await prepare(specOf({ source }))).data.sha256),
    );
    expect(new Set(hashes).size).toBe(1);
  });

  it('tells of its progress', async () => {
    await write('rows.jsonl', lines(...rowsOf(10)));
    const environment = newEnvironment();
    const beats: { file: string; bytes: number; total: number }[] = [];
    environment.on('heartbeat', (details) => beats.push(details));
    await prepare(specOf({ source: 'rows.jsonl' }), environment);
    const last = (file: string) => beats.filter((beat) => beat.file === file).at(-1);
    for (const file of ['rows.jsonl', '4 files']) {
      expect(last(file)).toMatchObject({ bytes: last(file)?.total, total: expect.any(Number) });
    }
    expect(last('4 files')).toMatchObject({ rate: expect.any(Number) });
  });

  it('counts the texts that stand under two labels', async () => {
    await write('rows.jsonl', lines(...rowsOf(10), { text: 'SENTENCE 3', label: 'even' }));
    const { data } = await prepare(specOf({ source: 'rows.jsonl' }));
    expect(data).toMatchObject({ duplicates: 1, conflicts: 1 });
  });

  it('keeps the fields that drift is measured by beside the rows to train on, whose form stays', async () => {
    const retrain = { every: '1d', when: { drift: { of: ['text', 'id'] } } };
    const watching = { retrain, deploy: { to: 'sagemaker-endpoint' as const, capture: { share: 1 } } };
    await write('rows.jsonl', lines(...rowsOf(30)));
    await write('test.jsonl', lines({ text: 'another', label: 'odd' }));
    for (const source of [{ source: 'rows.jsonl' }, { train: 'rows.jsonl', test: 'test.jsonl' }]) {
      const { data } = await prepare(
        specOf(source, { ...watching, gate: [{ rule: 'accuracy >= 0.1', per: 'label' }] }),
      );
      const linesAt = async (uri: string) =>
        (await bytesAt(uri))
          .toString()
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, string>);
      const rows = await linesAt(`${data.splits.train?.uri}train.jsonl`);
      expect(await linesAt(`${data.fields?.uri}fields.jsonl`)).toEqual(
        rows.map(({ text }) => ({ id: text?.replace('sentence ', '') })),
      );
      expect(Object.keys(rows[0] ?? {})).toEqual(['text', 'label']);
      expect(Object.keys((await linesAt(`${data.slices?.uri}slices.jsonl`))[0] ?? {})).toEqual(['label']);
      const plain = await prepare(specOf(source));
      expect(plain.data.splits.train?.sha256).toBe(data.splits.train?.sha256);
      expect(plain.data.sha256).not.toBe(data.sha256);
    }
    const unknown = { ...watching, retrain: { every: '1d', when: { drift: { of: ['ip'] } } } };
    expect(await failureOf(prepare(specOf({ source: 'rows.jsonl' }, unknown)))).toMatchObject({
      type: 'InvalidData',
      message: 'retrain.when.drift.of: no row of the training split has the field ip',
    });
  });

  it('takes splits that are given as they are, in their order', async () => {
    await write('train.jsonl', lines({ text: 'b', label: '1' }, { text: 'a', label: '0' }, { text: 'b', label: '1' }));
    await write('test.jsonl', lines({ text: 'c', label: '1' }));
    const { data } = await prepare(specOf({ train: 'train.jsonl', test: 'test.jsonl' }));
    expect(data.splits).toMatchObject({ train: { rows: 3 }, test: { rows: 1 } });
    expect(data.splits.validation).toBeUndefined();
    expect((await bytesAt(`${data.splits.train?.uri}train.jsonl`)).toString()).toBe(
      '{"text":"b","label":"1"}\n{"text":"a","label":"0"}\n{"text":"b","label":"1"}\n',
    );
  });
});

const chats = (count: number): object[] =>
  Array.from({ length: count }, (_, i) => ({
    messages: [
      { role: 'user', content: `question ${i}` },
      { role: 'assistant', content: `answer ${i}` },
    ],
  }));

describe('data in S3', () => {
  const put = (key: string, body: string) => s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));

  it('is prepared without the machine that has the code, to the same bytes as local files', async () => {
    const rows = rowsOf(20);
    await write('data/rows.jsonl', lines(...rows));
    await put(`${name}/source/b.jsonl`, lines(...rows.slice(0, 7)));
    await put(`${name}/source/a.jsonl`, lines(...rows.slice(7)));
    const remote = specOf({ source: `s3://${bucket}/${name}/source/` });
    const input = { run: { name, id: 'abcd' }, spec: remote, region, bucket };
    const code: PreparedInputs = await newEnvironment().run(prepareInputs, { ...input, directory });
    expect(Object.keys(code)).toEqual(['source']);
    const data = await newEnvironment().run(prepareData, input);
    expect(data).toEqual((await prepare(specOf({ source: 'data' }))).data);
  });

  it('that is gone is told as that, and not as another kind than the other split', async () => {
    await put(`${name}/test.jsonl`, lines({ text: 'another', label: 'odd' }));
    const spec = specOf({ train: `s3://${bucket}/${name}/train/`, test: `s3://${bucket}/${name}/test.jsonl` });
    const ending = newEnvironment().run(prepareData, { run: { name, id: 'abcd' }, spec, region, bucket });
    await expect(ending).rejects.toThrow(`s3://${bucket}/${name}/train/: there are no rows`);
  });

  it('is read by the machine with the files where some of it is local', async () => {
    await put(`${name}/train.jsonl`, lines(...rowsOf(10)));
    await write('test.jsonl', lines({ text: 'another', label: 'odd' }));
    const spec = specOf({ train: `s3://${bucket}/${name}/train.jsonl`, test: 'test.jsonl' });
    const input = { run: { name, id: 'abcd' }, spec, region, bucket, directory };
    const { data }: PreparedInputs = await newEnvironment().run(prepareInputs, input);
    expect(data?.splits).toMatchObject({ train: { rows: 10 }, test: { rows: 1 } });
  });
});

describe('examples that are not classified', () => {
  it('are plain texts, where nothing is evaluated', async () => {
    await write('notes.txt', 'one\n\ntwo\nthree\n');
    const data = { source: 'notes.txt', split: { test: 0 } };
    const prepared = await prepare(specOf(data, untested));
    expect(prepared.data).toMatchObject({ kind: 'text', labels: [], splits: { train: { rows: 3 } } });
    const failure = await failureOf(prepare(specOf({ ...data, split: { test: 0.4 } })));
    expect(failure).toMatchObject({
      type: 'InvalidSpec',
      message:
        'evaluate: plain text holds no answers to score; leave evaluate and gate out, and watch the metrics of the job',
    });
  });

  it('are not scored by metrics that need labels', async () => {
    await write('rows.jsonl', lines(...chats(10)));
    const rest = {
      evaluate: { metrics: ['accuracy', 'token_f1'] },
      gate: ['f1_macro > 0.5'],
    } satisfies Partial<SpecInput>;
    const failure = await failureOf(prepare(specOf({ source: 'rows.jsonl' }, rest)));
    expect(failure).toMatchObject({ type: 'InvalidSpec', nonRetryable: true });
    expect(failure.message.split('\n')).toEqual([
      'evaluate.metrics.0: accuracy does not fit chat examples; these do: exact_match, token_f1, rouge_l, bleu, json_valid, json_schema',
      'gate.0: f1_macro does not fit chat examples; these do: exact_match, token_f1, rouge_l, bleu, json_valid, json_schema',
    ]);
    expect(await objects()).toEqual([]);
  });

  it('are of one kind in all splits', async () => {
    await write('train.jsonl', lines(...rowsOf(4)));
    await write('test.jsonl', lines(...chats(4)));
    const failure = await failureOf(prepare(specOf({ train: 'train.jsonl', test: 'test.jsonl' })));
    expect(failure).toMatchObject({
      type: 'InvalidData',
      message:
        'test.jsonl: train.jsonl holds classification examples and test.jsonl chat; all splits must be of one kind',
    });
  });

  it('are held together by a field of the source, which every row has', async () => {
    const rows = chats(40).map((row, i) => ({ ...row, customer: `c${i % 8}` }));
    await write('rows.jsonl', lines(...rows));
    const spec = specOf({ source: 'rows.jsonl', split: { test: 0.25, by: 'customer' } });
    const { data } = await prepare(spec);
    expect(data.splits).toMatchObject({ train: { rows: 30 }, test: { rows: 10 } });
    await write('rows.jsonl', lines(...rows, ...chats(1)));
    const failure = await failureOf(prepare(spec));
    expect(failure.message).toContain('field "customer" is missing or empty (1): add it, or name the field');
  });
});

describe('data that cannot be used', () => {
  it('is told of all at once, grouped, with places, before anything is sent', async () => {
    const broken = Buffer.concat([
      Buffer.from('{"text": "caf'),
      Buffer.from([0xe9]),
      Buffer.from('", "label": "x"}\n'),
    ]);
    await write('data/a.jsonl', Buffer.concat([Buffer.from(lines(...rowsOf(3))), broken, Buffer.from('{"text": \n')]));
    await write('data/b.jsonl', lines(...Array.from({ length: 8 }, () => ({ text: 'no label' }))));
    const failure = await failureOf(prepare(specOf({ source: 'data' })));
    expect(failure).toMatchObject({ type: 'InvalidData', nonRetryable: true });
    expect(failure.message).toBe(
      [
        '10 of 13 rows cannot be used',
        '  the line is not valid UTF-8 (1): save the file as UTF-8',
        '    data/a.jsonl:4  "{\\"text\\": \\"café\\", \\"label\\": \\"x\\"}"',
        '  the line is not valid JSON (1): write one complete JSON object a line',
        '    data/a.jsonl:5  "{\\"text\\":"',
        '  field "label" is missing (8): add it, or name the field that holds the label in data.columns.label',
        '    data/b.jsonl:1  fields text',
        '    data/b.jsonl:2  fields text',
        '    data/b.jsonl:3  fields text',
        '    and 5 more',
      ].join('\n'),
    );
    expect(failure.details).toMatchObject([{ count: 10, first: { length: 5 } }]);
    expect(await objects()).toEqual([]);
  });

  it('is UTF-16, named as what it is', async () => {
    await write('rows.jsonl', Buffer.from(lines(...rowsOf(4)), 'utf16le'));
    const failure = await failureOf(prepare(specOf({ source: 'rows.jsonl' })));
    expect(failure.message).toContain('it looks like UTF-16 or a binary file');
  });

  it('has a text on both sides of given splits', async () => {
    await write('train.jsonl', lines({ text: 'a', label: '0' }, { text: 'Very good', label: '1' }));
    await write('test.jsonl', lines({ text: 'c', label: '0' }, { text: 'very  good', label: '1' }));
    const failure = await failureOf(prepare(specOf({ train: 'train.jsonl', test: 'test.jsonl' })));
    expect(failure).toMatchObject({ type: 'InvalidData', nonRetryable: true });
    expect(failure.message).toContain('test.jsonl:2  "very  good" is at train.jsonl:2');
  });

  it('has labels to test with that were not trained on', async () => {
    await write('train.jsonl', lines({ text: 'a', label: '0' }, { text: 'b', label: '1' }));
    const strangers = Array.from({ length: 11 }, (_, i) => ({ text: `d${i}`, label: `other ${i}` }));
    await write('test.jsonl', lines({ text: 'c', label: '0' }, ...strangers, { text: 'e', label: 'other 0' }));
    const failure = await failureOf(prepare(specOf({ train: 'train.jsonl', test: 'test.jsonl' })));
    expect(failure).toMatchObject({ type: 'InvalidData', nonRetryable: true });
    const told = failure.message.split('\n');
    expect(told.slice(0, 3)).toEqual([
      '12 of 13 rows cannot be used',
      '  the label "other 0" does not stand in the training split (2): add rows of it to data.train, or correct it',
      '    test.jsonl:2  "d0"',
    ]);
    expect(told.at(-1)).toBe('  and 1 other problems');
  });

  it('has one label to train on, whatever there is to test with', async () => {
    await write('train.jsonl', lines({ text: 'a', label: '0' }, { text: 'b', label: '0' }));
    await write('validation.jsonl', lines({ text: 'c', label: '1' }));
    const failure = await failureOf(
      prepare(specOf({ train: 'train.jsonl', validation: 'validation.jsonl' }, untested)),
    );
    expect(failure).toMatchObject({
      type: 'InvalidData',
      message: expect.stringMatching(/^train\.jsonl: all rows carry the label "0"; /),
    });
  });

  it('has a row to test with that no request can hold', async () => {
    const row = (bytes: number): string => '\u00e9'.repeat((bytes - '{"text":""}\n'.length) / 2);
    await write('train.jsonl', lines({ text: row(6e6), label: 'odd' }, ...rowsOf(4)));
    await write('test.jsonl', lines({ text: row(5e6), label: 'odd' }, { text: row(5e6 + 2), label: 'odd' }));
    const told = '    test.jsonl:2  5.0 MB: "ééé';
    const failure = await failureOf(prepare(specOf({ train: 'train.jsonl', test: 'test.jsonl' })));
    expect(failure).toMatchObject({ type: 'InvalidData', message: expect.stringContaining(told) });
    expect(failure.message).toContain('1 of 2 rows cannot be used');

    const source = await failureOf(prepare(specOf({ source: 'train.jsonl' })));
    expect(source.message).toContain('the text is larger than 5 MB');
    const { data } = await prepare(specOf({ source: 'train.jsonl', split: { test: 0 } }, untested));
    expect(data.splits.train?.rows).toBe(5);
  });

  it('has an id for a label', async () => {
    const rows = (count: number) => Array.from({ length: count }, (_, i) => ({ text: `sentence ${i}`, id: i }));
    await write('rows.jsonl', lines(...rows(1001)));
    const failure = await failureOf(prepare(specOf({ source: 'rows.jsonl', columns: { label: 'id' } })));
    expect(failure).toMatchObject({
      type: 'InvalidData',
      message: 'rows.jsonl:1001  more than 1000 labels, this one is "1000"; is data.columns.label, "id", an id?',
    });
    await write('rows.jsonl', lines(...rows(1000)));
    const { data } = await prepare(
      specOf({ source: 'rows.jsonl', columns: { label: 'id' }, split: { test: 0 } }, untested),
    );
    expect(data.labels).toHaveLength(1000);
  });

  it.each([
    ['', 'rows.jsonl: there are no rows'],
    [
      lines({ text: 'a', label: 'x' }, { text: 'b', label: 'x' }, { text: 'c', label: 'x' }),
      'all rows carry the label "x"',
    ],
    [lines({ text: 'a', label: 'x' }, { text: 'b', label: 'y' }), '2 distinct rows leave none for test'],
  ])('is too little: %j', async (content, message) => {
    await write('rows.jsonl', content);
    const failure = await failureOf(prepare(specOf({ source: 'rows.jsonl' })));
    expect(failure).toMatchObject({ type: 'InvalidData', message: expect.stringContaining(message) });
  });
});

describe('the source bundle', () => {
  it('holds the directory of the training script, without data, hidden files and leftovers of tools', async () => {
    await write('code/train.py', 'print(1)\n');
    await write('code/inference.py', 'pass\n');
    await write('code/lib/größe.py', 'pass\n');
    for (const path of ['.env', '.temper/state', '__pycache__/a.pyc', 'lib/b.pyc', 'node_modules/x/i.js']) {
      await write(`code/${path}`, 'x');
    }
    await write('code/rows.jsonl', lines(...rowsOf(6)));
    await write('code/data/rows.jsonl', lines(...rowsOf(6)));
    await write('code/data/README.md', 'about');
    await write('temper.yaml', 'name: x\n');
    const rest = { train: { engine: 'sagemaker', script: 'code/train.py' } } as const;

    const fromFile = await prepare(specOf({ source: 'code/rows.jsonl' }, rest));
    expect(fromFile.source.uri).toBe(`s3://${bucket}/temper/${name}/source/${fromFile.source.sha256}/sourcedir.tar.gz`);
    const archive = await bytesAt(fromFile.source.uri);
    expect(createHash('sha256').update(archive).digest('hex')).toBe(fromFile.source.sha256);
    expect(Object.keys(await filesIn(archive))).toEqual([
      'data/README.md',
      'data/rows.jsonl',
      'inference.py',
      'lib/größe.py',
      'train.py',
    ]);

    const fromDirectory = await prepare(specOf({ source: 'code/data' }, rest));
    expect(await filesIn(await bytesAt(fromDirectory.source.uri))).toEqual({
      'inference.py': 'pass\n',
      'lib/größe.py': 'pass\n',
      'rows.jsonl': expect.any(String),
      'train.py': 'print(1)\n',
    });
  });

  it('is the same bytes whatever the times and modes of its files, and others when one changes', async () => {
    await write('rows.jsonl', lines(...rowsOf(6)));
    const spec = specOf({ source: 'rows.jsonl' });
    const first = await prepare(spec);
    const archive = await bytesAt(first.source.uri);
    // As the header has them: no time, no name, no operating system.
    expect([...archive.subarray(3, 8), archive[9]]).toEqual([0, 0, 0, 0, 0, 255]);
    expect((await entriesOf(archive)).map(({ header }) => header.mtime)).toEqual([new Date(0), new Date(0)]);
    await utimes(join(directory, 'train.py'), 1, 1);
    await chmod(join(directory, 'train.py'), 0o755);
    expect((await prepare(spec)).source).toEqual(first.source);
    await write('train.py', 'print("other")\n');
    expect((await prepare(spec)).source.sha256).not.toBe(first.source.sha256);
  });

  it('refuses a directory that holds more than code, and names what is large', async () => {
    await write('rows.jsonl', lines(...rowsOf(6)));
    await write('weights.bin', Buffer.alloc(51_000_000));
    const failure = await failureOf(prepare(specOf({ source: 'rows.jsonl' })));
    expect(failure).toMatchObject({ type: 'InvalidSpec', nonRetryable: true });
    expect(failure.message).toMatch(/51\.0 MB, more than 50 MB: weights\.bin \(51\.0 MB\)/);
  });
});

describe('missing files', () => {
  it.each(['movie-reviews', 'product-reviews'])('are none in the example %s, which parses', async (example) => {
    const path = fileURLToPath(new URL(`../../examples/${example}/`, import.meta.url));
    const parsed = parseSpec(await readFile(join(path, 'temper.yaml'), 'utf8'));
    if (!parsed.ok) throw new Error(formatProblems(parsed.problems));
    expect(parsed.spec.name).toBe(example);
    expect(await missingFiles(parsed.spec, path)).toEqual([]);
  });

  it('are all named before a run starts, and fail its data stage', async () => {
    const spec = specOf(
      { source: 'data/*.jsonl' },
      { train: { engine: 'sagemaker', script: 'src/fit.py' }, serve: { script: 'serve.py' } },
    );
    const missing = [
      `train.script: no file src/fit.py in ${directory}; create it or correct the path`,
      `serve.script: no file src/serve.py in ${directory}; create it or correct the path`,
      `data.source: no file matches data/*.jsonl in ${directory}; a directory is searched for .jsonl, .ndjson, .csv, .tsv, .parquet files (or .gz of them)`,
    ];
    expect((await missingFiles(spec, directory)).map(describeMissing)).toEqual(missing);
    const failure = await failureOf(prepare(spec));
    expect(failure).toMatchObject({ type: 'InvalidSpec', nonRetryable: true, message: missing.join('\n') });
  });

  it('do not include the serving script of a model that is not served', async () => {
    await write('rows.jsonl', lines(...rowsOf(6)));
    await rm(join(directory, 'inference.py'));
    const { evaluate: _, ...trainOnly } = specOf({ source: 'rows.jsonl' });
    expect(await missingFiles(trainOnly, directory)).toEqual([]);
  });
});

it('ends when it is cancelled, and leaves nothing half sent', async () => {
  await write('rows.jsonl', lines(...rowsOf(10)));
  const environment = newEnvironment();
  environment.on('heartbeat', () => environment.cancel('CANCELLED'));
  await expect(prepare(specOf({ source: 'rows.jsonl' }), environment)).rejects.toThrow(CancelledFailure);
  expect(await objects()).toEqual([]);
});

it('ends in the middle of splitting, which leaves time for other things', async () => {
  await write('rows.jsonl', lines(...Array.from({ length: 40_000 }, (_, i) => ({ text: `${i}`, label: 'x' }))));
  const environment = newEnvironment();
  let turns = 0;
  const turn = (): unknown => {
    turns += 1;
    return turns < 20 ? setImmediate(turn) : environment.cancel('CANCELLED');
  };
  environment.on('heartbeat', ({ bytes, total }: { bytes: number; total: number }) => bytes === total && turn());
  // Left alone it would end by having one label only.
  await expect(prepare(specOf({ source: 'rows.jsonl' }), environment)).rejects.toThrow(CancelledFailure);
});

it('says which bucket is not there', async () => {
  await write('rows.jsonl', lines(...rowsOf(10)));
  const input = { run: { name, id: 'abcd' }, spec: specOf({ source: 'rows.jsonl' }), region, directory };
  const running = newEnvironment().run(prepareInputs, { ...input, bucket: 'no-such-bucket-anywhere' });
  expect(await failureOf(running)).toMatchObject({
    type: 'NotFound',
    nonRetryable: true,
    message: expect.stringMatching(/^could not upload s3:\/\/no-such-bucket-anywhere\/.*NoSuchBucket/),
  });
});

it('takes what temper check takes, and refuses what it refuses', async () => {
  const text = fc.constantFrom('a', 'A ', 'b', 'c', 'd', 'e', 'f');
  // A text under two labels leaves open which of them is kept.
  const good = text.map((one) => ({ text: one, label: 'abc'.includes(normalise(one)) ? 'x' : 'y' }));
  const bad = fc.constantFrom<object>({ text: 'a' }, { text: '', label: 'x' }, { text: 1, label: 'x' });
  const row = fc.oneof({ weight: 30, arbitrary: good }, { weight: 1, arbitrary: bad });
  const rows = fc.array(row, { minLength: 1, maxLength: 12 });
  const data = fc.oneof(
    fc.record({ source: rows, test: fc.constantFrom(0.1, 0.3), validation: fc.constantFrom(0, 0.2) }),
    fc.record({ train: rows, test: rows }),
  );
  const signal = new AbortController().signal;
  await fc.assert(
    fc.asyncProperty(data, async (given) => {
      const isSource = 'source' in given;
      await write('one.jsonl', lines(...(isSource ? given.source : given.train)));
      if (!isSource) await write('test.jsonl', lines(...given.test));
      const spec = specOf(
        isSource
          ? { source: 'one.jsonl', split: { test: given.test, validation: given.validation } }
          : { train: 'one.jsonl', test: 'test.jsonl' },
      );
      const { ok, errors } = await checkData(spec.data, { directory, s3: () => s3, signal });
      const failure = await prepare(spec).then(
        () => undefined,
        (error: ApplicationFailure) => error,
      );
      expect([ok, failure?.message, errors]).toEqual([failure === undefined, failure?.message, errors]);
    }),
    { numRuns: 60 },
  );
});
