import { Context } from '@temporalio/activity';
import { type RunRef, s3Keys } from '../../spec/naming.ts';
import type { DataSet, SourceBundle } from '../../spec/record.ts';
import type { Spec } from '../../spec/spec.ts';
import type { AwsProvider } from '../aws.ts';
import { failure } from '../errors.ts';
import { heartbeating, tell } from '../heartbeating.ts';
import { s3Uri } from '../s3-uri.ts';
import { readDataSet } from './data-set.ts';
import { Scratch } from './scratch.ts';
import { missingFiles, packSource } from './source.ts';
import { uploadAll } from './upload.ts';

/** `directory` is that of the spec file, absolute, on this machine. */
export interface PrepareInputs {
  readonly run: RunRef;
  readonly spec: Spec;
  readonly directory: string;
  readonly region: string;
  readonly bucket: string;
}

export interface PreparedInputs {
  readonly data: DataSet;
  readonly source: SourceBundle;
}

/** Everything about the files that a run starts from. Runs on the machine that has them. */
export function createDataActivities({ aws }: { readonly aws: AwsProvider }) {
  return heartbeating({
    /**
     * Checks data and scripts, splits the data, and uploads what is not in the bucket yet; names are hashes of content,
     * so a second call sends nothing. Fails with `InvalidSpec` for missing files and with `InvalidData` for unusable
     * rows, before anything is sent.
     */
    async prepareInputs({ run, spec, directory, region, bucket }: PrepareInputs): Promise<PreparedInputs> {
      const { s3 } = aws(region);
      const missing = await missingFiles(spec, directory);
      if (missing.length > 0) throw failure('InvalidSpec', missing.join('\n'));
      const packed = await packSource(spec, directory);
      const uri = s3Uri(bucket, s3Keys.source(run.name, packed.sha256));
      const scratch = new Scratch();
      try {
        const { cancellationSignal: signal } = Context.current();
        const reader = { signal, onProgress: tell };
        const { files, about } = await readDataSet({ spec, directory, s3: () => s3, ...reader }, scratch);
        const { uploads, data } = files.placed(run.name, bucket);
        await uploadAll(s3, [...uploads, { uri, content: packed }], reader);
        return { data: { ...data, ...about }, source: { uri, sha256: packed.sha256 } };
      } finally {
        await scratch.close();
      }
    },
  });
}
