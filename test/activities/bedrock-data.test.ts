import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDataActivities } from '../../activities/data/activities.ts';
import { checkData } from '../../activities/data/check/check-data.ts';
import { parseS3Uri } from '../../activities/s3-uri.ts';
import { targetOf } from '../../spec/bedrock/target.ts';
import { isBedrock } from '../../spec/engine.ts';
import { type SpecInput, specSchema } from '../../spec/spec.ts';
import { account, aws, clients, failureOf, once } from '../support/activities.ts';
import { temporaryDirectory } from '../support/region.ts';

const { prepareInputs, prepareData } = createDataActivities({ aws });
const NOVA = { engine: 'bedrock', base: 'amazon.nova-lite-v1:0' } as const;

interface Project {
  readonly data: SpecInput['data'];
  readonly train: SpecInput['train'];
  readonly files: Readonly<Record<string, readonly object[]>>;
}

/** What the data stage makes of files under a name of the test's own. */
async function prepare({ data, train, files }: Project, name = `model-${randomUUID().slice(0, 8)}`) {
  const directory = await temporaryDirectory();
  for (const [file, rows] of Object.entries(files)) {
    await writeFile(join(directory, file), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
  const spec = specSchema.parse({ name, data, train, deploy: { to: 'none' } });
  const { region, bucket } = account;
  const input = { run: { name, id: 'abc123' }, spec, region, bucket };
  const { data: made } = await once(prepareInputs, { ...input, directory });
  return made ?? once(prepareData, input);
}

async function linesOf(split: { readonly uri: string } | undefined): Promise<unknown[]> {
  const { bucket, key } = parseS3Uri(split?.uri ?? expect.fail('no such split'));
  const { Contents = [] } = await clients.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key }));
  const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key: Contents[0]?.Key }));
  const text = (await Body?.transformToString()) ?? '';
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const reviews = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ text: `review ${i}`, label: i % 2 === 0 ? 'good' : 'bad' }));
const prompts = (count: number) => Array.from({ length: count }, (_, i) => ({ prompt: `question ${i}` }));
const conversation = (question: string, answer?: string) => ({
  schemaVersion: 'bedrock-conversation-2024',
  messages: [
    { role: 'user', content: [{ text: question }] },
    ...(answer === undefined ? [] : [{ role: 'assistant', content: [{ text: answer }] }]),
  ],
});

describe('data for a model that Bedrock customizes', () => {
  it('is written as the family takes it, but for the test split, which stays as evaluation reads it', async () => {
    const made = await prepare({
      data: { source: 'rows.jsonl', split: { test: 0.2, validation: 0.2 } },
      train: { ...NOVA, prompt: 'Good or bad? {text}' },
      files: { 'rows.jsonl': reviews(20) },
    });
    expect(made).toMatchObject({
      kind: 'classification',
      labels: ['bad', 'good'],
      splits: { train: { rows: 12 }, validation: { rows: 4 }, test: { rows: 4 } },
    });
    expect(made.testInputs).toBeUndefined();
    const asked = reviews(20).map(({ text, label }) => conversation(`Good or bad? ${text}`, label));
    const { train, validation, test } = made.splits;
    for (const line of [...(await linesOf(train)), ...(await linesOf(validation))]) expect(asked).toContainEqual(line);
    for (const line of await linesOf(test)) expect(reviews(20)).toContainEqual(line);
  });

  it('is refused with the lines of all rows that the job would fail by, before anything is sent', async () => {
    const name = `model-${randomUUID().slice(0, 8)}`;
    const bad = [
      { prompt: 'User: hello', completion: 'a' },
      { prompt: 'x'.repeat(200_000), completion: 'a' },
      { prompt: 'see <image>', completion: 'a' },
      { prompt: 'a' },
    ];
    const rows = Array.from({ length: 20 }, (_, i) => ({ prompt: `q ${i}`, completion: 'a' }));
    const files = { 'rows.jsonl': [...rows, ...bad] };
    const failure = await failureOf(prepare({ data: { source: 'rows.jsonl' }, train: NOVA, files }, name));
    expect(failure).toMatchObject({ type: 'InvalidData', nonRetryable: true });
    expect(failure.message.split('\n').filter((line) => !line.startsWith('    '))).toEqual([
      '4 of 24 rows cannot be used',
      expect.stringContaining('a text that the model keeps for itself: the job would fail (2)'),
      expect.stringContaining('the record is longer than the 32000 tokens that the model takes (1)'),
      expect.stringContaining('field "completion" is missing (1)'),
    ]);
    expect(failure.details?.[0]).toMatchObject({
      count: 4,
      first: [{ line: 21 }, { line: 23 }, { line: 22 }, { line: 24 }],
    });
    const { Contents } = await clients.s3.send(
      new ListObjectsV2Command({ Bucket: account.bucket, Prefix: `temper/${name}/` }),
    );
    expect(Contents).toBeUndefined();
  });

  it('is refused where the model takes more records, or fewer, unless the spec says that it is others', async () => {
    const haiku = { engine: 'bedrock', base: 'anthropic.claude-3-haiku-20240307-v1:0' } as const;
    const project = {
      data: { train: 'train.jsonl', validation: 'validation.jsonl' },
      files: { 'train.jsonl': reviews(31), 'validation.jsonl': reviews(3) },
    };
    const failure = await failureOf(prepare({ ...project, train: { ...haiku, limits: { validationRecords: 2 } } }));
    expect(failure.message.split('\n')).toEqual([
      'train.jsonl: 31 training records, where the model takes 32 at least; add rows, or where your quota is another: train.limits.minTrainRecords',
      'train.jsonl: 3 validation records, where the model takes 2 at most; take rows away, or where your quota is another: train.limits.validationRecords',
    ]);
    const { splits } = await prepare({ ...project, train: { ...haiku, limits: { minTrainRecords: 31 } } });
    expect(await linesOf(splits.validation)).toEqual(
      reviews(3).map(({ text, label }) => ({
        messages: [
          { role: 'user', content: text },
          { role: 'assistant', content: label },
        ],
      })),
    );
  });

  it('may lack answers where a teacher gives them, and not where it is tested with', async () => {
    const train = {
      ...NOVA,
      customization: 'distillation',
      distillation: { teacher: 'amazon.nova-pro-v1:0' },
    } as const;
    const data = { train: 'train.jsonl', test: 'test.jsonl' };
    const answered = [{ prompt: 'what?', completion: 'that' }];
    const made = await prepare({ data, train, files: { 'train.jsonl': prompts(100), 'test.jsonl': answered } });
    expect(made).toMatchObject({ kind: 'prompt', splits: { train: { rows: 100 }, test: { rows: 1 } } });
    expect(await linesOf(made.splits.train)).toEqual(prompts(100).map(({ prompt }) => conversation(prompt)));
    expect(await linesOf(made.splits.test)).toEqual([
      { messages: [{ role: 'user', content: 'what?' }], reference_answer: 'that' },
    ]);

    const files = { 'train.jsonl': prompts(100), 'test.jsonl': prompts(101).slice(100) };
    const failure = await failureOf(prepare({ data, train, files }));
    expect(failure.message).toContain('a prompt that may be tested with has no answer to score by');
  });

  it('may be none where the prompts are in invocation logs', async () => {
    const logs = {
      ...NOVA,
      customization: 'distillation',
      distillation: { teacher: 'amazon.nova-pro-v1:0' },
      invocationLogs: 's3://bucket/logs/',
    } as const;
    expect(await prepare({ data: {}, train: logs, files: {} })).toMatchObject({ splits: {} });
    const made = await prepare({ data: { test: 'test.jsonl' }, train: logs, files: { 'test.jsonl': reviews(3) } });
    expect(made).toMatchObject({ kind: 'classification', splits: { test: { rows: 3 } } });
  });

  it('is taken by a run where temper check takes it, and by no other', async () => {
    const TEXTS = ['a', 'b', 'c', 'User: a', 'b\n\nHuman: c', '[EOS]', 'long '.repeat(41_000)];
    // A question has one answer: which of several are the same is only found out when they are divided.
    const row = fc
      .record({
        prompt: fc.tuple(fc.constantFrom(...TEXTS), fc.nat(60)).map(([said, i]) => `${i} ${said}`),
        system: fc.constantFrom(undefined, undefined, 'brief', '<image>'),
      })
      .map(({ prompt, system }) => ({ prompt, completion: TEXTS[Number.parseInt(prompt, 10) % TEXTS.length], system }));
    const rows = fc.oneof(
      fc.array(row, { maxLength: 12 }),
      fc
        .array(fc.nat(60), { minLength: 6, maxLength: 60 })
        .map((numbers) => numbers.map((i) => ({ prompt: `question ${i}`, completion: `answer ${i % 2}` }))),
    );
    const base = fc.constantFrom(
      'amazon.nova-lite-v1:0',
      'anthropic.claude-3-haiku-20240307-v1:0',
      'meta.llama3-1-8b-instruct-v1:0',
    );
    const split = fc.constantFrom({ test: 0.2 }, { test: 0.3, validation: 0.2 }, { test: 0 });
    const { s3 } = clients;
    const outcomes = new Set<boolean>();
    await fc.assert(
      fc.asyncProperty(
        rows,
        base,
        split,
        fc.constantFrom(undefined, 20),
        async (given, model, shares, minTrainRecords) => {
          const data = { source: 'rows.jsonl', split: shares };
          const train = {
            engine: 'bedrock' as const,
            base: model,
            limits: minTrainRecords ? { minTrainRecords, minRecords: 1 } : {},
          };
          const taken = await prepare({ data, train, files: { 'rows.jsonl': given } }).then(
            () => true,
            (error: Error) => error.message,
          );
          const directory = await temporaryDirectory();
          await writeFile(join(directory, 'rows.jsonl'), given.map((each) => `${JSON.stringify(each)}\n`).join(''));
          const spec = specSchema.parse({ name: 'x', data, train, deploy: { to: 'none' } });
          const targets = isBedrock(spec) ? [targetOf(spec)] : [];
          const { signal } = new AbortController();
          const report = await checkData(spec.data, { directory, s3: () => s3, signal, targets });
          const ok = report.ok && report.targets.every(({ errors }) => errors.length === 0);
          expect(ok, `${taken} ${JSON.stringify(report.errors)} ${JSON.stringify(report.targets)}`).toBe(
            taken === true,
          );
          outcomes.add(ok);
        },
      ),
      { numRuns: 60 },
    );
    expect(outcomes.size).toBe(2);
  });
});
