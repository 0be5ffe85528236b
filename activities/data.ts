import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { Row, Splits } from '../spec/data.ts';
import { type RunRef, s3Keys, splitFile } from '../spec/naming.ts';
import { type DataSet, type SourceBundle, SPLITS, type SplitInfo, type SplitName } from '../spec/record.ts';
import type { AwsProvider } from './aws.ts';
import { type Located, readDataSet } from './data-set.ts';
import { failure } from './errors.ts';
import { heartbeating, tell } from './heartbeating.ts';
import { s3Uri } from './s3-uri.ts';
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

// JSON leaves these as they are, but readers of lines take them for line ends: Python's splitlines(), Node's readline.
const escapeLineEnds = (json: string): string =>
  json.replace(/[\u0085\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Rows as JSON Lines. */
function jsonLines(rows: readonly Row[], objectOf: (row: Row) => object): Content {
  function* pieces(): Generator<string> {
    for (let start = 0; start < rows.length; start += ROWS_PER_PIECE) {
      const piece = rows.slice(start, start + ROWS_PER_PIECE);
      yield piece.map((row) => `${escapeLineEnds(JSON.stringify(objectOf(row)))}\n`).join('');
    }
  }
  const hash = createHash('sha256');
  let bytes = 0;
  for (const piece of pieces()) {
    hash.update(piece);
    bytes += Buffer.byteLength(piece);
  }
  return { sha256: hash.digest('hex'), bytes, type: 'application/jsonlines', pieces };
}

/** Puts content under a key and returns its `s3://` address. */
type Uploader = (key: string, content: Content) => Promise<string>;

/** Uploads splits under a prefix named by the hash of them all. */
async function uploadSplits(splits: Splits, name: string, upload: Uploader) {
  const files = SPLITS.filter((split) => splits[split].length > 0).map((split) => ({
    split,
    rows: splits[split].length,
    content: jsonLines(splits[split], ({ text, label }) => ({ text, label })),
  }));
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
  const inputs = jsonLines(splits.test, ({ text }) => ({ text }));
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
      const { splits, labels, duplicates } = await readDataSet({ spec, directory });

      const { s3 } = aws(region);
      const { cancellationSignal: signal } = Context.current();
      const upload: Uploader = async (key, content) => {
        const uri = s3Uri(bucket, key);
        const onBytes = (bytes: number): void => tell({ file: uri, bytes, total: content.bytes });
        await uploadOnce(s3, uri, content, { signal, onBytes });
        return uri;
      };
      const data = { ...(await uploadSplits(splits, run.name, upload)), labels, duplicates };
      const uri = await upload(s3Keys.source(run.name, packed.sha256), packed);
      return { data, source: { uri, sha256: packed.sha256 } };
    },
  });
}
