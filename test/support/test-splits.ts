/** Test splits in S3, of a data set that only evaluation reads. */
import { randomUUID } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { parseS3Uri } from '../../activities/s3-uri.ts';
import { canonicalLine, type Example } from '../../spec/data/examples.ts';
import type { DataSet } from '../../spec/record.ts';
import { account, clients } from './activities.ts';

/** Puts an object; `uri` is its address. */
export async function putText(uri: string, text: string): Promise<void> {
  const { bucket, key } = parseS3Uri(uri);
  await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text }));
}

/** A data set of one kind with nothing but a test split. */
export async function testSplit(examples: readonly Example[]): Promise<DataSet> {
  const [first] = examples;
  if (!first) throw new Error('a test split has rows');
  const uri = `s3://${account.bucket}/test-splits/${randomUUID()}/`;
  await putText(`${uri}test.jsonl`, examples.map(canonicalLine).join(''));
  const labels = examples.flatMap((example) => (example.kind === 'classification' ? [example.label] : []));
  return {
    sha256: randomUUID().replaceAll('-', '').repeat(2),
    kind: first.kind,
    splits: { test: { uri, rows: examples.length } },
    labels: [...new Set(labels)].sort(),
    duplicates: 0,
    conflicts: 0,
  };
}
