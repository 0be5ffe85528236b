import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { Row } from '../../spec/data/rows.ts';
import type { Splits } from '../../spec/data/split.ts';
import { type RunRef, s3Keys, splitFile } from '../../spec/naming.ts';
import { type DataSet, type SourceBundle, SPLITS, type SplitInfo, type SplitName } from '../../spec/record.ts';
import type { AwsProvider } from '../aws.ts';
import { failure } from '../errors.ts';
import { heartbeating, tell } from '../heartbeating.ts';
import { s3Uri } from '../s3-uri.ts';
import { type Located, paced, readDataSet } from './data-set.ts';
import { jsonLine } from './rows.ts';
import { missingFiles, packSource } from './source.ts';
import { type Content, uploadOnce } from './upload.ts';

/** `directory` is that of the spec file, absolute, on this machine. */
export interface PrepareInputs extends Located {
  readonly run: RunRef;
  readonly region: string;
  readonly bucket: string;
}

export interface PreparedInputs {
  readonly data: DataSet;
  readonly source: SourceBundle;
}

// Large enough that writing is not paid by the row, small enough that a large data set is never one string.
const ROWS_PER_PIECE = 1000;

/** Rows as JSON Lines. */
async function jsonLines(rows: readonly Row[], objectOf: (row: Row) => object): Promise<Content> {
  function* pieces(): Generator<string> {
    for (let start = 0; start < rows.length; start += ROWS_PER_PIECE) {
      const piece = rows.slice(start, start + ROWS_PER_PIECE);
      yield piece.map((row) => jsonLine(objectOf(row))).join('');
    }
  }
  const hash = createHash('sha256');
  let bytes = 0;
  function* hashing(): Generator<void, void> {
    for (const piece of pieces()) {
      hash.update(piece);
      bytes += Buffer.byteLength(piece);
      yield;
    }
  }
  await paced(hashing());
  return { sha256: hash.digest('hex'), bytes, type: 'application/jsonlines', pieces };
}

/** Puts content under a key and returns its `s3://` address. */
type Uploader = (key: string, content: Content) => Promise<string>;

/** Uploads splits under a prefix named by the hash of them all. */
async function uploadSplits(splits: Splits, name: string, upload: Uploader) {
  const files: { split: SplitName; rows: number; content: Content }[] = [];
  for (const split of SPLITS) {
    const rows = splits[split];
    if (rows.length === 0) continue;
    files.push({ split, rows: rows.length, content: await jsonLines(rows, ({ text, label }) => ({ text, label })) });
  }
  const hashes = files.map(({ split, content }) => `${split} ${content.sha256}\n`);
  const sha256 = createHash('sha256').update(hashes.join('')).digest('hex');
  const send = async (part: SplitName | 'inputs', content: Content, rows: number): Promise<SplitInfo> => {
    const file = splitFile(part);
    const uri = await upload(`${s3Keys.dataSet(name, sha256)}${part}/${file}`, content);
    return { uri: uri.slice(0, -file.length), rows };
  };

  const sent: { [S in SplitName]?: SplitInfo } = {};
  for (const { split, content, rows } of files) sent[split] = await send(split, content, rows);
  if (!sent.test) return { sha256, splits: sent };
  const inputs = await jsonLines(splits.test, ({ text }) => ({ text }));
  return { sha256, splits: sent, testInputs: await send('inputs', inputs, sent.test.rows) };
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
      const missing = await missingFiles(spec, directory);
      if (missing.length > 0) throw failure('InvalidSpec', missing.join('\n'));
      const packed = await packSource(spec, directory);
      const { splits, ...about } = await readDataSet({ spec, directory });

      const { s3 } = aws(region);
      const { cancellationSignal: signal } = Context.current();
      const upload: Uploader = async (key, content) => {
        const uri = s3Uri(bucket, key);
        const onBytes = (bytes: number): void => tell({ file: uri, bytes, total: content.bytes });
        await uploadOnce(s3, uri, content, { signal, onBytes });
        return uri;
      };
      const data = { ...(await uploadSplits(splits, run.name, upload)), ...about };
      const uri = await upload(s3Keys.source(run.name, packed.sha256), packed);
      return { data, source: { uri, sha256: packed.sha256 } };
    },
  });
}
