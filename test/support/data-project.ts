/** A directory with code and data for each test, and what is prepared of it for a run. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeAll, beforeEach } from 'vitest';
import { createDataActivities, type PreparedInputs } from '../../activities/data/activities.ts';
import { parseS3Uri } from '../../activities/s3-uri.ts';
import { type Spec, type SpecInput, specSchema } from '../../spec/spec.ts';
import { account, aws, clients } from './activities.ts';

export const { region } = account;
export const { s3 } = clients;
export const bucket = `data-test-${process.pid}-${Date.now()}`;
export const { prepareInputs, prepareData } = createDataActivities({ aws });

/** Failures are what the tests look at; the worker's log of them would only drown theirs. */
export const newEnvironment = () => new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });

/** Of the test under way. */
export let directory: string;
/** A name of its own for each test, so that none meets another's objects. */
export let name: string;
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

export async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(directory, path)), { recursive: true });
  await writeFile(join(directory, path), content);
}

export const lines = (...rows: object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
export const rowsOf = (size: number): object[] =>
  Array.from({ length: size }, (_, i) => ({ text: `sentence ${i}`, label: i % 2 === 0 ? 'even' : 'odd', id: i }));

export function specOf(data: SpecInput['data'], rest: Partial<SpecInput> = {}): Spec {
  return specSchema.parse({ name, data, train: { engine: 'sagemaker', script: 'train.py' }, evaluate: {}, ...rest });
}

export const untested: Partial<SpecInput> = { evaluate: undefined };

/** What the machine with the files prepares, data and code; where the data is in S3, a worker of the pipeline has to do it. */
export async function prepare(spec: Spec, environment = newEnvironment()): Promise<Required<PreparedInputs>> {
  const input = { run: { name, id: 'abcd' }, spec, region, bucket };
  const { source, data }: PreparedInputs = await environment.run(prepareInputs, { ...input, directory });
  if (!source) throw new Error('no code was packed');
  return { source, data: data ?? (await environment.run(prepareData, input)) };
}

export async function bytesAt(uri: string): Promise<Buffer> {
  const { bucket: Bucket, key: Key } = parseS3Uri(uri);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

export async function objects(): Promise<
  { key: string | undefined; modified: Date | undefined; tag: string | undefined }[]
> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `temper/${name}/` }));
  return Contents.map(({ Key, LastModified, ETag }) => ({ key: Key, modified: LastModified, tag: ETag }));
}
