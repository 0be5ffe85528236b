import { Context } from '@temporalio/activity';
import { isSageMaker } from '../../spec/engine.ts';
import { isInS3 } from '../../spec/inputs.ts';
import { type RunRef, s3Keys } from '../../spec/naming.ts';
import type { DataSet, SourceBundle } from '../../spec/record.ts';
import type { Spec } from '../../spec/spec.ts';
import type { AwsProvider } from '../aws.ts';
import { failure } from '../errors.ts';
import { heartbeating, tell } from '../heartbeating.ts';
import { s3Uri } from '../s3-uri.ts';
import { readDataSet } from './data-set.ts';
import { Scratch } from './scratch.ts';
import { describeMissing, missingFiles, packSource } from './source.ts';
import { type Upload, uploadAll } from './upload.ts';

/** `directory` is that of the spec file, absolute, on this machine. */
export interface PrepareInputs {
  readonly run: RunRef;
  readonly spec: Spec;
  readonly directory: string;
  readonly region: string;
  readonly bucket: string;
}

export interface PreparedInputs {
  /** Absent where the engine runs no code of the spec's. */
  readonly source?: SourceBundle;
  /** Absent where the data is in S3: {@link createDataActivities.prepareData} prepares it. */
  readonly data?: DataSet;
}

/** What {@link PrepareInputs} has, but for where the local files are. */
export type PrepareData = Omit<PrepareInputs, 'directory'>;

/** Reads and uploads: local files on the machine that has them, data in S3 anywhere. */
export function createDataActivities({ aws }: { readonly aws: AwsProvider }) {
  /** Divides the data of a spec, and uploads it with what else there is to upload. */
  async function uploadDataSet({ run, spec, region, bucket }: PrepareData, directory: string, others: Upload[]) {
    const { s3 } = aws(region);
    const scratch = new Scratch();
    try {
      const telling = { signal: Context.current().cancellationSignal, onProgress: tell };
      const { files, about } = await readDataSet({ spec, directory, s3: () => s3, ...telling }, scratch);
      const { uploads, data } = files.placed(run.name, bucket);
      await uploadAll(s3, [...uploads, ...others], telling);
      return { ...data, ...about };
    } finally {
      await scratch.close();
    }
  }

  return heartbeating({
    /**
     * Checks scripts and local data, splits the data, and uploads what is not in the bucket yet; names are hashes of
     * content, so a second call sends nothing. Fails with `InvalidSpec` for missing files and with `InvalidData` for
     * unusable rows, before anything is sent.
     */
    async prepareInputs(input: PrepareInputs): Promise<PreparedInputs> {
      const { run, spec, directory, region, bucket } = input;
      const missing = await missingFiles(spec, directory);
      if (missing.length > 0) throw failure('InvalidSpec', missing.map(describeMissing).join('\n'));
      const code = isSageMaker(spec) ? await packSource(spec, directory) : undefined;
      const { sha256 = '' } = code ?? {};
      const uri = s3Uri(bucket, s3Keys.source(run.name, sha256));
      const uploads = code ? [{ uri, content: code }] : [];
      const source = code && { source: { uri, sha256 } };
      if (!isInS3(spec)) return { ...source, data: await uploadDataSet(input, directory, uploads) };
      const { cancellationSignal: signal } = Context.current();
      await uploadAll(aws(region).s3, uploads, { signal, onProgress: tell });
      return { ...source };
    },

    /** The same for data that is in S3. Fails with `InvalidData` for unusable rows, before anything is written. */
    async prepareData(input: PrepareData): Promise<DataSet> {
      // Paths that are s3:// addresses start from nowhere.
      return uploadDataSet(input, '/', []);
    },
  });
}
