/** What has changed in the data of a spec since a run was started on it. Objects that have not are not read again. */
import { createHash } from 'node:crypto';
import { CopyObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Context } from '@temporalio/activity';
import { describeProblem } from '../../spec/data/problems.ts';
import { noRows } from '../../spec/data/verdicts.ts';
import { dataPaths } from '../../spec/inputs.ts';
import { type RunRef, s3Keys } from '../../spec/naming.ts';
import type { DataProgress } from '../../spec/progress.ts';
import { type Account, RUN_VERSION } from '../../spec/record.ts';
import {
  changesSince,
  type DataChange,
  type DataManifest,
  type DataObject,
  type SeenObject,
} from '../../spec/retraining/data-change.ts';
import type { Spec } from '../../spec/spec.ts';
import { cardUnlessGone, writeCard } from '../cards.ts';
import { rowsOf } from '../data/read-examples.ts';
import { findSourceFiles, type SourceFile } from '../data/source-files.ts';
import { invalidData } from '../data/source-rows.ts';
import { calling } from '../errors.ts';
import { tell } from '../heartbeating.ts';

export interface DataQuestion {
  readonly account: Account;
  readonly spec: Spec;
  /** The run that the data is compared with what it was for; none where nothing is known of one. */
  readonly since?: RunRef;
}

/** @returns the change; `since` was compared with only where what its data consisted of was kept */
export async function compareData(
  s3: S3Client,
  { account: { bucket }, spec, since }: DataQuestion,
): Promise<{ readonly change: DataChange; readonly compared: boolean }> {
  const seenKey = s3Keys.dataSeen(spec.name);
  const [manifest, seen] = await Promise.all([
    since && cardUnlessGone<DataManifest>(s3, bucket, s3Keys.dataManifest(since)),
    cardUnlessGone<DataManifest>(s3, bucket, seenKey),
  ]);
  const before = new Map((manifest?.objects ?? []).map((each) => [each.object, each]));
  const seenBefore = new Map((seen?.objects ?? []).map((each) => [each.object, each]));
  const countsRows = spec.retrain?.when?.newData?.rows !== undefined;
  const now: SeenObject[] = [];
  for (const file of await filesOf(spec, s3)) {
    const former = before.get(file.path);
    // Whether one has been appended to since the run can only be told by reading it.
    const known = former ?? seenBefore.get(file.path);
    const { path: object, etag = '', bytes } = file;
    const isKnown = known !== undefined && known.etag === etag && known.bytes === bytes;
    if (!countsRows) now.push({ object, etag, bytes });
    else if (isKnown && known.rows !== undefined) now.push(known);
    else now.push(await read(file, spec, s3, former));
  }
  const objects: DataObject[] = now.map(({ beginsAsBefore: _, ...object }) => object);
  await writeCard<DataManifest>(s3, bucket, seenKey, { version: RUN_VERSION, objects });
  return { change: changesSince([...before.values()], now), compared: manifest !== undefined };
}

/** Keeps what was seen of the data as that of the run, which is started now. */
export async function keepData(s3: S3Client, bucket: string, run: RunRef): Promise<void> {
  const seen = `${bucket}/${s3Keys.dataSeen(run.name)}`;
  await calling(`copy s3://${seen}`, () =>
    s3.send(new CopyObjectCommand({ Bucket: bucket, Key: s3Keys.dataManifest(run), CopySource: seen })),
  );
}

/** The objects that a spec's paths mean, each once. A path that has none fails here, and not a run that is started for it. */
async function filesOf(spec: Spec, s3: S3Client): Promise<SourceFile[]> {
  const root = { directory: '/', s3: () => s3 };
  const files = new Map<string, SourceFile>();
  for (const [, path] of dataPaths(spec)) {
    const found = await findSourceFiles(path, root, spec.data.format);
    if (found.length === 0) throw invalidData(describeProblem(noRows(path, 0)));
    for (const file of found) files.set(file.path, file);
  }
  return [...files.values()];
}

const NOTHING = Buffer.alloc(0);

/** Counts the rows of an object, and hashes it; both of what it was before as well. */
async function read(file: SourceFile, spec: Spec, s3: S3Client, former: DataObject | undefined): Promise<SeenObject> {
  const { path: object, etag = '', bytes, container } = file;
  if (container === 'parquet') {
    const { parquetRowCount } = await import('../data/tables.ts');
    // It ends with its index, so that nothing is ever appended to one.
    return { object, etag, bytes, rows: await parquetRowCount(file, () => s3), beginsAsBefore: false };
  }
  const { cancellationSignal } = Context.current();
  const hash = createHash('sha256');
  const formerBytes = former?.bytes ?? Number.POSITIVE_INFINITY;
  let formerHash: string | undefined;
  let done = 0;
  const onBytes = (count: number, chunk: Buffer = NOTHING): void => {
    cancellationSignal.throwIfAborted();
    const rest = formerBytes - done;
    if (rest >= 0 && rest <= count) formerHash ??= hash.copy().update(chunk.subarray(0, rest)).digest('hex');
    hash.update(chunk);
    done += count;
    tell({ file: file.name, bytes: done, total: bytes } satisfies DataProgress);
  };
  let rows = 0;
  for await (const batch of rowsOf(file, spec.data, () => s3, onBytes)) {
    rows += batch.filter((each) => 'row' in each).length;
  }
  const sha256 = hash.digest('hex');
  return {
    object,
    etag,
    bytes,
    rows,
    sha256,
    beginsAsBefore: formerHash !== undefined && formerHash === former?.sha256,
  };
}
