/** Uploads of several parts, by the activity that makes them; the code of a run is what is large here, at 28 MB. */
import { fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetObjectCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { createDataActivities, type PreparedInputs, type PrepareInputs } from '../../activities/data/activities.ts';
import { parseS3Uri } from '../../activities/s3-uri.ts';
import { specSchema } from '../../spec/spec.ts';
import { account, clients } from '../support/activities.ts';
import { temporaryDirectory } from '../support/region.ts';
import { partNumber, type S3Proxy, s3Proxy } from '../support/s3-proxy.ts';

const S3 = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL ?? '';
/** Of the bundle: gzip does not make random bytes smaller. */
const PARTS = 6;

async function largeInputs(): Promise<PrepareInputs> {
  const directory = await temporaryDirectory();
  const name = `model-${randomUUID().slice(0, 8)}`;
  const rows = ['even', 'odd'].flatMap((label) =>
    [1, 2, 3].map((i) => JSON.stringify({ text: `${label} ${i}`, label })),
  );
  await writeFile(join(directory, 'rows.jsonl'), rows.join('\n'));
  await writeFile(join(directory, 'train.py'), '');
  await writeFile(join(directory, 'weights.bin'), randomBytes(28_000_000));
  const train = { engine: 'sagemaker' as const, script: 'train.py' };
  const spec = specSchema.parse({ name, data: { source: 'rows.jsonl' }, train });
  return { run: { name, id: 'abcd' }, spec, directory, region: account.region, bucket: account.bucket };
}

interface Attempt {
  readonly environment: MockActivityEnvironment;
  readonly ending: Promise<PreparedInputs>;
}

/** Prepares the inputs by way of the proxy. */
function prepare(proxy: S3Proxy, input: PrepareInputs): Attempt {
  const s3 = new S3Client({ region: account.region, endpoint: proxy.url });
  const { prepareInputs } = createDataActivities({ aws: () => ({ ...clients, s3 }) });
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  return { environment, ending: environment.run(prepareInputs, input) };
}

/** Part numbers that S3 took, in the order of its answers. */
const taken = ({ requests }: S3Proxy): number[] =>
  requests.flatMap((request) => (request.status === 200 ? (partNumber(request) ?? []) : [])).sort((a, b) => a - b);

const ALL = Array.from({ length: PARTS }, (_, i) => i + 1);

async function unfinished({ run }: PrepareInputs): Promise<number> {
  const Prefix = `temper/${run.name}/`;
  const { Uploads = [] } = await clients.s3.send(new ListMultipartUploadsCommand({ Bucket: account.bucket, Prefix }));
  return Uploads.length;
}

/** Whether S3 holds what the name of the object says. */
async function sha256At(uri: string): Promise<string> {
  const { bucket: Bucket, key: Key } = parseS3Uri(uri);
  const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket, Key }));
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  const hash = await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes));
  return Buffer.from(hash).toString('hex');
}

/** Lets so many parts through and holds the others; resolves when S3 has them. */
function letThrough(proxy: S3Proxy, count: number): Promise<void> {
  const before = taken(proxy).length;
  let passed = 0;
  proxy.fate = (request) => {
    if (partNumber(request) === undefined) return undefined;
    passed += 1;
    return passed > count ? 'held' : undefined;
  };
  return new Promise((resolve) => {
    proxy.answered = () => {
      if (taken(proxy).length === before + count) resolve();
    };
  });
}

it('goes on where a killed process was: no part that S3 has is sent twice', async () => {
  const input = await largeInputs();
  const proxy = await s3Proxy(S3);
  const three = letThrough(proxy, 3);
  const file = fileURLToPath(new URL('upload-process.mjs', import.meta.url));
  const env = { ...process.env, AWS_ENDPOINT_URL_S3: proxy.url };
  const child = fork(file, [JSON.stringify(input)], { env, execArgv: [] });
  const exited = once(child, 'exit');
  await Promise.race([three, exited]);
  child.kill('SIGKILL');
  expect(await exited).toEqual([null, 'SIGKILL']);
  expect(await unfinished(input)).toBe(1);

  // Another one: what the process had on its way is not to be taken for what is sent now.
  const next = await s3Proxy(S3);
  const { source } = await prepare(next, input).ending;
  expect([...taken(proxy), ...taken(next)].sort()).toEqual(ALL);
  expect(source?.uri).toContain(await sha256At(source?.uri ?? ''));
  expect(await unfinished(input)).toBe(0);
});

it('keeps what it sent when its worker shuts down, and removes it when the run is cancelled', async () => {
  const input = await largeInputs();
  const parts: number[] = [];
  const endings = [
    { reason: 'WORKER_SHUTDOWN', sent: 3, left: 1 },
    { reason: 'CANCELLED', sent: 1, left: 0 },
  ] as const;
  for (const { reason, sent, left } of endings) {
    // One each: what an attempt has on its way when it ends is not to be taken for the next one's.
    const proxy = await s3Proxy(S3);
    const sending = letThrough(proxy, sent);
    const { environment, ending } = prepare(proxy, input);
    const refused = expect(ending).rejects.toThrow(CancelledFailure);
    await sending;
    environment.cancel(reason);
    await refused;
    expect(await unfinished(input)).toBe(left);
    parts.push(...taken(proxy));
  }
  expect(parts).toHaveLength(4);
  expect(new Set(parts).size).toBe(4);
});

it('sends a part again that was damaged on the way, and nothing else', async () => {
  const input = await largeInputs();
  const proxy = await s3Proxy(S3);
  let damaged = false;
  proxy.fate = (request) => {
    if (damaged || partNumber(request) !== 2) return undefined;
    damaged = true;
    return 'damaged';
  };
  const { source } = await prepare(proxy, input).ending;
  const statuses = proxy.requests.flatMap((request) => (partNumber(request) === 2 ? [request.status] : []));
  expect(statuses).toEqual([400, 200]);
  expect(taken(proxy)).toEqual(ALL);
  expect(source?.uri).toContain(await sha256At(source?.uri ?? ''));
});

it('needs no permission to list unfinished uploads', async () => {
  const input = await largeInputs();
  const proxy = await s3Proxy(S3);
  proxy.fate = ({ method, query }) => (method === 'GET' && query.has('uploads') ? 'denied' : undefined);
  const { source } = await prepare(proxy, input).ending;
  expect(source?.uri).toContain(await sha256At(source?.uri ?? ''));
});
