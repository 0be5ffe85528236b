import { createHash } from 'node:crypto';
import { Context, heartbeat, log } from '@temporalio/activity';
import { normalise, type Row, type SplitResult, splitRows } from '../spec/data.ts';
import { DataProblems, type Place } from '../spec/data-problems.ts';
import { type RunRef, s3Keys, splitFile } from '../spec/naming.ts';
import { type DataSet, type SourceBundle, SPLITS, type SplitInfo, type SplitName } from '../spec/record.ts';
import { shown } from '../spec/shown.ts';
import type { Spec } from '../spec/spec.ts';
import type { AwsProvider } from './aws.ts';
import { failure } from './errors.ts';
import { findDataFiles, readRows } from './rows.ts';
import { s3Uri } from './s3-uri.ts';
import { missingFiles, packSource } from './source.ts';
import { type Content, uploadOnce } from './upload.ts';

export interface PrepareInputs {
  readonly run: RunRef;
  readonly spec: Spec;
  readonly region: string;
  readonly bucket: string;
  /** Directory of the spec file, absolute, on this machine: the spec's relative paths start here. */
  readonly directory: string;
}

export interface PreparedInputs {
  readonly data: DataSet;
  readonly source: SourceBundle;
}

interface PlacedRow {
  readonly row: Row;
  readonly place: Place;
}

/** All rows of a path of the spec. Fails with `InvalidData` when one of them cannot be used. */
async function readAll({ spec, directory }: PrepareInputs, path: string): Promise<PlacedRow[]> {
  const rows: PlacedRow[] = [];
  const problems = new DataProblems();
  for (const file of await findDataFiles(path, directory)) {
    let bytes = 0;
    const onBytes = (count: number): void => {
      bytes += count;
      Context.current().cancellationSignal.throwIfAborted();
      heartbeat({ file: file.name, bytes, total: file.bytes });
    };
    for await (const reading of readRows(file, spec.data.columns, onBytes)) {
      if ('row' in reading) rows.push(reading);
      else problems.add(reading.problem);
    }
  }
  if (problems.count > 0) throw invalidData(problems.describe(rows.length + problems.count), problems);
  if (rows.length === 0) throw invalidData(`${path} holds no rows; write one JSON object a line`);
  return rows;
}

function invalidData(message: string, problems?: DataProblems) {
  return failure(
    'InvalidData',
    message,
    undefined,
    problems ? [{ count: problems.count, first: problems.listed() }] : [],
  );
}

/** Splits that are given stay as they are. Fails with `InvalidData` when a text to test with was trained on. */
async function givenSplits(input: PrepareInputs): Promise<SplitResult> {
  const placed: Record<SplitName, PlacedRow[]> = { train: [], validation: [], test: [] };
  for (const split of SPLITS) {
    const path = input.spec.data[split];
    if (path !== undefined) placed[split] = await readAll(input, path);
  }
  const trainedOn = new Map<string, Place>();
  for (const { row, place } of [...placed.train, ...placed.validation]) trainedOn.set(normalise(row.text), place);
  const leaks = new DataProblems();
  for (const { row, place } of placed.test) {
    const other = trainedOn.get(normalise(row.text));
    if (!other) continue;
    leaks.add({
      code: 'repeated_text',
      message: 'the text stands in the training or validation split too',
      value: `${shown(row.text)} is at ${other.file}:${other.line}`,
      fix: 'leave it out of one of them, or the scores say nothing',
      ...place,
    });
  }
  if (leaks.count > 0) throw invalidData(leaks.describe(placed.test.length), leaks);
  const rowsOf = (rows: PlacedRow[]): Row[] => rows.map(({ row }) => row);
  return {
    splits: { train: rowsOf(placed.train), validation: rowsOf(placed.validation), test: rowsOf(placed.test) },
    duplicates: 0,
    conflicts: 0,
  };
}

async function readSplits(input: PrepareInputs): Promise<SplitResult> {
  const { source, split } = input.spec.data;
  if (source === undefined || split === undefined) return givenSplits(input);
  const rows = (await readAll(input, source)).map(({ row }) => row);
  const result = splitRows(rows, split);
  for (const name of ['test', 'validation'] as const) {
    if (split[name] > 0 && result.splits[name].length === 0) {
      const distinct = rows.length - result.duplicates;
      throw invalidData(`${distinct} distinct rows leave none for ${name}; add rows or change data.split.${name}`);
    }
  }
  if (result.conflicts > 0) {
    log.warn('rows repeat a text under another label; the first of each was kept', { conflicts: result.conflicts });
  }
  return result;
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

/** Everything about the files that a run starts from. Runs on the machine that has them. */
export function createDataActivities({ aws }: { readonly aws: AwsProvider }) {
  return {
    /**
     * Checks data and scripts, splits the data, and uploads what is not in the bucket yet; names are hashes of content,
     * so a second call sends nothing. Fails with `InvalidSpec` for missing files and with `InvalidData` for unusable
     * rows, before anything is sent.
     */
    async prepareInputs(input: PrepareInputs): Promise<PreparedInputs> {
      const { run, spec, region, bucket, directory } = input;
      const missing = await missingFiles(spec, directory);
      if (missing.length > 0) throw failure('InvalidSpec', missing.join('\n'));
      const packed = await packSource(spec, directory);
      const { splits, duplicates } = await readSplits(input);
      const labels = [...new Set(SPLITS.flatMap((split) => splits[split].map(({ label }) => label)))].sort();
      if (labels.length < 2) {
        throw invalidData(`all rows carry the label ${shown(labels[0])}; a classifier needs two labels at least`);
      }

      const { s3 } = aws(region);
      const { cancellationSignal: signal } = Context.current();
      const upload = async (key: string, content: Content): Promise<string> => {
        const uri = s3Uri(bucket, key);
        const onBytes = (bytes: number): void => heartbeat({ file: uri, bytes, total: content.bytes });
        await uploadOnce(s3, uri, content, { signal, onBytes });
        return uri;
      };

      const files = SPLITS.filter((split) => splits[split].length > 0).map((split) => ({
        split,
        content: jsonLines(splits[split], ({ text, label }) => ({ text, label })),
      }));
      const sha256 = createHash('sha256')
        .update(files.map(({ split, content }) => `${split} ${content.sha256}\n`).join(''))
        .digest('hex');
      const prefix = s3Keys.dataSet(run.name, sha256);
      const uploaded: { [S in SplitName]?: SplitInfo } = {};
      for (const { split, content } of files) {
        await upload(`${prefix}${split}/${splitFile(split)}`, content);
        uploaded[split] = { uri: s3Uri(bucket, `${prefix}${split}/`), rows: splits[split].length };
      }
      const rows = splits.test.length;
      if (rows > 0)
        await upload(
          `${prefix}inputs/${splitFile('inputs')}`,
          jsonLines(splits.test, ({ text }) => ({ text })),
        );
      const testInputs = { uri: s3Uri(bucket, `${prefix}inputs/`), rows };

      const sourceUri = await upload(s3Keys.source(run.name, packed.sha256), packed);
      return {
        data: { sha256, splits: uploaded, ...(rows > 0 ? { testInputs } : {}), labels, duplicates },
        source: { uri: sourceUri, sha256: packed.sha256 },
      };
    },
  };
}
