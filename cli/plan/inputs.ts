/** What a run would send to S3, from the files that its spec names. */
import type { S3Client } from '@aws-sdk/client-s3';
import { packSource } from '../../activities/data/source.ts';
import { findSourceFiles } from '../../activities/data/source-files.ts';
import { s3Uri } from '../../activities/s3-uri.ts';
import { s3Keys } from '../../spec/naming.ts';
import type { DataFacts, InputFacts } from '../../spec/plan.ts';
import type { SpecFile } from '../runs/read-spec.ts';

/** @param bucket where it would go, if that is given */
export async function codeFacts({ spec, directory }: SpecFile, bucket: string | undefined): Promise<InputFacts> {
  const { sha256, bytes } = await packSource(spec, directory);
  return { bytes, ...(bucket && { uri: s3Uri(bucket, s3Keys.source(spec.name, sha256)) }) };
}

export async function dataFacts({ spec, directory }: SpecFile, s3: () => S3Client): Promise<DataFacts> {
  const { source, train, validation, test, format } = spec.data;
  const paths = [source, train, validation, test].filter((path) => path !== undefined);
  const found = await Promise.all(paths.map((path) => findSourceFiles(path, { directory, s3 }, format)));
  const files = found.flat();
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}
