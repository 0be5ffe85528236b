/** What a run would send to S3, from the files that its spec names. */
import type { S3Client } from '@aws-sdk/client-s3';
import { readDataSet } from '../../activities/data/data-set.ts';
import { Scratch } from '../../activities/data/scratch.ts';
import { packSource } from '../../activities/data/source.ts';
import { findSourceFiles } from '../../activities/data/source-files.ts';
import type { Reader } from '../../activities/data/source-rows.ts';
import { errorTypeOf } from '../../activities/errors.ts';
import { s3Uri } from '../../activities/s3-uri.ts';
import { isBedrock, type SageMakerSpec } from '../../spec/engine.ts';
import { isInS3 } from '../../spec/inputs.ts';
import { s3Keys } from '../../spec/naming.ts';
import type { DataFacts, InputFacts } from '../../spec/plan.ts';
import type { Spec } from '../../spec/spec.ts';
import type { SpecFile } from '../runs/read-spec.ts';

/** An object that the run would upload. */
export interface Sent {
  readonly uri: string;
  readonly bytes: number;
}

/** Facts, and the objects that they are about; none where there is no bucket for them. */
export interface Inputs<F extends InputFacts> {
  readonly facts: F;
  readonly sent: readonly Sent[];
}

export async function codeInputs(
  { spec, directory }: SpecFile & { readonly spec: SageMakerSpec },
  bucket: string | undefined,
): Promise<Inputs<InputFacts>> {
  const { sha256, bytes } = await packSource(spec, directory);
  if (bucket === undefined) return { facts: { bytes }, sent: [] };
  const uri = s3Uri(bucket, s3Keys.source(spec.name, sha256));
  return { facts: { bytes, uri }, sent: [{ uri, bytes }] };
}

export interface DataOptions extends Reader {
  readonly bucket: string | undefined;
  readonly s3: () => S3Client;
}

/** Reads and splits the data as a run would. Data that a run would refuse is one of the facts. */
export async function dataInputs({ spec, directory }: SpecFile, options: DataOptions): Promise<Inputs<DataFacts>> {
  const { bucket, ...reading } = options;
  const scratch = new Scratch();
  try {
    const { files } = await readDataSet({ spec, directory, ...reading }, scratch);
    const { uploads, data } = files.placed(spec.name, bucket ?? '');
    const splits = Object.fromEntries(Object.entries(data.splits).map(([split, { rows }]) => [split, rows]));
    const bytes = uploads.reduce((sum, { content }) => sum + content.bytes, 0);
    if (bucket === undefined) return { facts: { bytes, splits, sizes: data.splits }, sent: [] };
    const uri = s3Uri(bucket, s3Keys.dataSet(spec.name, data.sha256));
    return {
      facts: { bytes, splits, sizes: data.splits, uri },
      sent: uploads.map(({ uri, content }) => ({ uri, bytes: content.bytes })),
    };
  } catch (error) {
    const type = errorTypeOf(error);
    if (type !== 'InvalidData' && type !== 'InvalidSpec') throw error;
    const refused = { code: type, message: (error as Error).message };
    return { facts: { ...(await dataFiles({ spec, directory }, options.s3)), refused }, sent: [] };
  } finally {
    await scratch.close();
  }
}

/** Whether a run's cost follows from its data, and the data is on this machine to be read. */
export const isCounted = (spec: Spec): boolean => isBedrock(spec) && !isInS3(spec);

/** What there is to read. */
export async function dataFiles(
  { spec, directory }: Pick<SpecFile, 'spec' | 'directory'>,
  s3: () => S3Client,
): Promise<DataFacts> {
  const { source, train, validation, test, format } = spec.data;
  const paths = [source, train, validation, test].filter((path) => path !== undefined);
  const found = await Promise.all(paths.map((path) => findSourceFiles(path, { directory, s3 }, format)));
  const files = found.flat();
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}
