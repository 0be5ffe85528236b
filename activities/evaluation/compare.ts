import type { S3Client } from '@aws-sdk/client-s3';
import { Context } from '@temporalio/activity';
import { type BootstrapOptions, CONFIDENCE, compare } from '../../spec/bootstrap.ts';
import { type Comparison, fieldsOf, type GateRule, parseRule, type Slice, textOf } from '../../spec/gate.ts';
import type { Metric } from '../../spec/metrics.ts';
import { CONTENDERS, type Contender, splitFile } from '../../spec/naming.ts';
import type { Account, DataSet } from '../../spec/record.ts';
import { type PredictionRow, type RowScores, rowScores } from '../../spec/scoring/row-scores.ts';
import type { AwsProvider } from '../aws.ts';
import { failure } from '../errors.ts';
import { inTurns } from '../in-turns.ts';
import { objectLines } from '../s3-lines.ts';

export interface CompareInput {
  readonly account: Account;
  readonly data: DataSet;
  /** Where the predictions of each contender are, of the same test split. */
  readonly predictions: { readonly [C in Contender]?: string };
  readonly rules: readonly GateRule[];
  /** Of the intervals; the usual one where nothing is said. */
  readonly confidence?: number;
  /** Whether labels were read out of what a language model says, so that answers may be none. */
  readonly saysAnything: boolean;
}

/** What the rules need: a metric on all rows, or on those of each value of a field. */
interface Wanted {
  readonly metric: Metric;
  readonly per: string | undefined;
  /** Whether a rule is relative to the champion. */
  readonly isSure: boolean;
}

function wantedBy(rules: readonly GateRule[]): Wanted[] {
  const wanted = new Map<string, Wanted>();
  for (const rule of rules) {
    const { metric, relativeTo } = parseRule(textOf(rule));
    const per = typeof rule === 'string' ? undefined : rule.per;
    const toChampion = relativeTo === 'champion';
    if (per === undefined && !toChampion) continue;
    const key = JSON.stringify([metric, per]);
    wanted.set(key, { metric, per, isSure: toChampion || (wanted.get(key)?.isSure ?? false) });
  }
  return [...wanted.values()];
}

type Scored = { readonly [C in Contender]?: RowScores };

/** All contenders' rows by one metric. */
type Columns = ReadonlyMap<Metric, Scored>;

/** The rows of a slice, by their number from 0. */
interface Part {
  readonly slice: Slice;
  readonly rows: Uint32Array;
}

interface Read {
  readonly columns: Columns;
  readonly all: Uint32Array;
  readonly parts: readonly Part[];
}

/** Reads all files side by side, and keeps of each row what the metrics are made of: a few numbers. */
async function readRows(s3: S3Client, input: CompareInput, metrics: readonly Metric[]): Promise<Read> {
  const { data, predictions, rules, saysAnything } = input;
  const total = data.splits.test?.rows ?? 0;
  const labels = new Set(data.labels);
  const isLabel = saysAnything ? (answer: string) => labels.has(answer) : undefined;
  const files = CONTENDERS.flatMap((who) => (predictions[who] === undefined ? [] : [{ who, uri: predictions[who] }]));
  const columns: Columns = new Map(
    metrics.map((metric) => [metric, Object.fromEntries(files.map(({ who }) => [who, rowScores(metric, isLabel)]))]),
  );
  for (const { who, uri } of files) {
    let rows = 0;
    for await (const line of objectLines(s3, uri)) {
      Context.current().cancellationSignal.throwIfAborted();
      const row = JSON.parse(line) as PredictionRow;
      if (rows < total) for (const scored of columns.values()) scored[who]?.add(row);
      rows += 1;
    }
    checkRows(uri, rows, total);
  }
  return {
    columns,
    all: Uint32Array.from({ length: total }, (_, row) => row),
    parts: await partsOf(s3, input, fieldsOf(rules)),
  };
}

function checkRows(uri: string, rows: number, total: number): void {
  if (rows === total) return;
  throw failure('InvalidPredictions', `${uri} has ${rows} rows, and the test split ${total}: they cannot be compared`);
}

async function partsOf(s3: S3Client, { data }: CompareInput, fields: readonly string[]): Promise<Part[]> {
  if (fields.length === 0) return [];
  if (!data.slices) throw failure('InvalidData', `the data set does not tell ${fields.join(' and ')} of its rows`);
  const rowsOf = new Map(fields.map((field) => [field, new Map<string, number[]>()]));
  const uri = `${data.slices.uri}${splitFile('slices')}`;
  let row = 0;
  for await (const line of objectLines(s3, uri)) {
    const values = JSON.parse(line) as Readonly<Record<string, string>>;
    for (const [field, byValue] of rowsOf) {
      const value = values[field] ?? '';
      const rows = byValue.get(value);
      if (rows) rows.push(row);
      else byValue.set(value, [row]);
    }
    row += 1;
  }
  checkRows(uri, row, data.splits.test?.rows ?? 0);
  return [...rowsOf].flatMap(([field, byValue]) =>
    [...byValue]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([value, rows]) => ({ slice: { field, value }, rows: Uint32Array.from(rows) })),
  );
}

async function comparisonOf(
  metric: Metric,
  { base, champion, candidate }: Scored,
  rows: Uint32Array,
  slice: Slice | undefined,
  options: BootstrapOptions | undefined,
): Promise<Comparison> {
  if (!candidate) throw failure('InvalidPredictions', 'there are no predictions of the candidate');
  const interval =
    champion && options
      ? await inTurns(compare(candidate, champion, rows, options), Context.current().cancellationSignal)
      : undefined;
  return {
    metric,
    ...(slice && { slice }),
    rows: rows.length,
    candidate: candidate.score(rows),
    ...(base && { base: base.score(rows) }),
    ...(champion && { champion: champion.score(rows) }),
    ...(interval && options && { interval: { ...interval, confidence: options.confidence } }),
  };
}

/** Compares contenders row by row, as rules of the gate ask: all of the test split, or the rows of each value of a field. */
export function createCompareActivities({ aws }: { aws: AwsProvider }) {
  return {
    /**
     * The scores of all contenders for each of the rules that are relative to the champion or held by a field, and how sure
     * the differences to the champion are. Fails with `InvalidPredictions` where they are not of the same rows.
     */
    async compareContenders(input: CompareInput): Promise<readonly Comparison[]> {
      const { account, data, rules, confidence = CONFIDENCE } = input;
      const wanted = wantedBy(rules);
      const metrics = [...new Set(wanted.map(({ metric }) => metric))];
      const { columns, all, parts } = await readRows(aws(account.region).s3, input, metrics);
      const comparisons: Comparison[] = [];
      for (const { metric, per, isSure } of wanted) {
        const chosen = per === undefined ? [undefined] : parts.filter(({ slice }) => slice.field === per);
        for (const part of chosen) {
          const seed = JSON.stringify([data.sha256, metric, part?.slice]);
          const options = isSure ? { confidence, seed } : undefined;
          const scored = columns.get(metric) ?? {};
          comparisons.push(await comparisonOf(metric, scored, part?.rows ?? all, part?.slice, options));
        }
      }
      return comparisons;
    },
  };
}
