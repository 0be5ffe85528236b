import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { jsonLine } from '../../spec/data/examples.ts';
import type { Row, Splits } from '../../spec/data/split.ts';
import { type RunRef, s3Keys, splitFile } from '../../spec/naming.ts';
import { type DataSet, type SourceBundle, SPLITS, type SplitInfo, type SplitName } from '../../spec/record.ts';
import type { Spec } from '../../spec/spec.ts';
import type { AwsProvider } from '../aws.ts';
import { failure } from '../errors.ts';
import { heartbeating, tell } from '../heartbeating.ts';
import { s3Uri } from '../s3-uri.ts';
import { type Content, inMemory } from './content.ts';
import { paced, readDataSet } from './data-set.ts';
import { missingFiles, packSource } from './source.ts';
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
  readonly data: DataSet;
  readonly source: SourceBundle;
}

// Large enough that writing is not paid by the row.
const ROWS_PER_PIECE = 1000;

/** Rows as JSON Lines. */
async function jsonLines(rows: readonly Row[], objectOf: (row: Row) => object): Promise<Content> {
  const pieces: Buffer[] = [];
  function* writing(): Generator<void, void> {
    for (let start = 0; start < rows.length; start += ROWS_PER_PIECE) {
      const piece = rows.slice(start, start + ROWS_PER_PIECE);
      pieces.push(Buffer.from(piece.map((row) => jsonLine(objectOf(row))).join('')));
      yield;
    }
  }
  await paced(writing());
  return inMemory(Buffer.concat(pieces), 'application/jsonlines');
}

/** Names splits by the hash of them all. */
async function splitUploads(splits: Splits, name: string, bucket: string) {
  const files: { split: SplitName; rows: number; content: Content }[] = [];
  for (const split of SPLITS) {
    const rows = splits[split];
    if (rows.length === 0) continue;
    files.push({ split, rows: rows.length, content: await jsonLines(rows, ({ text, label }) => ({ text, label })) });
  }
  const hashes = files.map(({ split, content }) => `${split} ${content.sha256}\n`);
  const sha256 = createHash('sha256').update(hashes.join('')).digest('hex');
  const uploads: Upload[] = [];
  const place = (part: SplitName | 'inputs', content: Content, rows: number): SplitInfo => {
    const uri = s3Uri(bucket, `${s3Keys.dataSet(name, sha256)}${part}/`);
    uploads.push({ uri: `${uri}${splitFile(part)}`, content });
    return { uri, rows };
  };

  const placed: { [S in SplitName]?: SplitInfo } = {};
  for (const { split, content, rows } of files) placed[split] = place(split, content, rows);
  if (!placed.test) return { uploads, data: { sha256, splits: placed } };
  const inputs = await jsonLines(splits.test, ({ text }) => ({ text }));
  return { uploads, data: { sha256, splits: placed, testInputs: place('inputs', inputs, placed.test.rows) } };
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
      const { splits, ...about } = await readDataSet({ spec, directory, s3: () => s3 });

      const { uploads, data } = await splitUploads(splits, run.name, bucket);
      const uri = s3Uri(bucket, s3Keys.source(run.name, packed.sha256));
      const { cancellationSignal: signal } = Context.current();
      await uploadAll(s3, [...uploads, { uri, content: packed }], { signal, onProgress: tell });
      return { data: { ...data, ...about }, source: { uri, sha256: packed.sha256 } };
    },
  });
}
