/** The data set that a run gets: from files or from S3, divided, sent once. */
import { createHash } from 'node:crypto';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { PreparedInputs } from '../../../activities/data/activities.ts';
import { parseS3Uri } from '../../../activities/s3-uri.ts';
import { failureOf } from '../../support/activities.ts';
import {
  bucket,
  bytesAt,
  directory,
  lines,
  name,
  newEnvironment,
  objects,
  prepare,
  prepareData,
  prepareInputs,
  region,
  rowsOf,
  s3,
  specOf,
  untested,
  write,
} from '../../support/data-project.ts';

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
