/** What a batch inference job reads and writes: JSON Lines of records. */
import { hash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { isObject, type Json } from '../../aws/model.ts';
import { type ObjectStore, parseS3Uri, relativeName, type S3Object } from '../../aws/s3.ts';
import { JobFailure } from '../jobs.ts';

export interface BatchRecord {
  readonly recordId: string;
  readonly modelInput: Json;
}

export interface InputFile {
  /** Its name below the input location. */
  readonly name: string;
  readonly records: readonly BatchRecord[];
}

/** AWS's default quotas of most models. */
const LEAST_RECORDS = 100;
const MOST_RECORDS = 50_000;

/**
 * Reads the files of a job's input, one object or all below a prefix. Whether a model takes what stands in a record is
 * not looked at, as AWS does not. Throws a {@link JobFailure} that says what is wrong and where.
 */
export async function readInput(s3: ObjectStore, uri: string, signal: AbortSignal): Promise<InputFile[]> {
  const { key: prefix } = parseS3Uri(uri);
  const files: InputFile[] = [];
  let count = 0;
  for (const object of await objectsAt(s3, uri)) {
    const records = recordsIn(await text(await s3.open(object, signal)), object);
    if (records.length > MOST_RECORDS)
      throw new JobFailure(`${uriOf(object)} has ${records.length} records; a file has at most ${MOST_RECORDS}`);
    files.push({ name: relativeName(prefix, object.key), records });
    count += records.length;
  }
  if (files.length === 0) throw new JobFailure(`there are no .jsonl files at ${uri}`);
  if (count < LEAST_RECORDS)
    throw new JobFailure(`The input has ${count} records; a batch inference job has at least ${LEAST_RECORDS}`);
  return files;
}

async function objectsAt(s3: ObjectStore, uri: string): Promise<S3Object[]> {
  const { key: prefix } = parseS3Uri(uri);
  const found: S3Object[] = [];
  for await (const object of s3.list(uri)) {
    const below = object.key === prefix || prefix === '' || prefix.endsWith('/') || object.key.startsWith(`${prefix}/`);
    if (below && object.key.endsWith('.jsonl')) found.push(object);
  }
  return found;
}

function recordsIn(content: string, object: S3Object): BatchRecord[] {
  const records: BatchRecord[] = [];
  for (const [index, line] of content.split('\n').entries()) {
    if (line.trim() === '') continue;
    const record = parsed(line);
    const { recordId = generatedId(object, index), modelInput } = isObject(record) ? record : {};
    if (!isObject(modelInput) || typeof recordId !== 'string')
      throw new JobFailure(
        `line ${index + 1} of ${uriOf(object)} is no record: a JSON object with a modelInput and, as text, a recordId is expected`,
      );
    records.push({ recordId, modelInput });
  }
  return records;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** As AWS gives one to records without. */
function generatedId({ key }: S3Object, index: number): string {
  return hash('sha256', `${key}\0${index}`).slice(0, 11).toUpperCase();
}

const uriOf = ({ bucket, key }: S3Object): string => `s3://${bucket}/${key}`;

/** Records in the order in which they are answered: not that of the input, as AWS keeps none, but always the same. */
export function shuffled(records: readonly BatchRecord[]): BatchRecord[] {
  return records
    .map((record) => ({ record, key: hash('sha256', record.recordId) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ record }) => record);
}
