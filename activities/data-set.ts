import { Context, log } from '@temporalio/activity';
import { normalise, type Row, type SplitResult, splitRows } from '../spec/data.ts';
import { DataProblems, type Place } from '../spec/data-problems.ts';
import { SPLITS, type SplitName } from '../spec/record.ts';
import { shown } from '../spec/shown.ts';
import type { Spec } from '../spec/spec.ts';
import { failure } from './errors.ts';
import { tell } from './heartbeating.ts';
import { findDataFiles, readRows } from './rows.ts';

/** A spec and the directory that its relative paths start from. */
export interface Located {
  readonly spec: Spec;
  readonly directory: string;
}

interface PlacedRow {
  readonly row: Row;
  readonly place: Place;
}

/** All rows of a path of the spec. Fails with `InvalidData` when one of them cannot be used. */
async function readAll({ spec, directory }: Located, path: string): Promise<PlacedRow[]> {
  const rows: PlacedRow[] = [];
  const problems = new DataProblems();
  for (const file of await findDataFiles(path, directory)) {
    let bytes = 0;
    const onBytes = (count: number): void => {
      bytes += count;
      Context.current().cancellationSignal.throwIfAborted();
      tell({ file: file.name, bytes, total: file.bytes });
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
async function givenSplits(input: Located): Promise<SplitResult> {
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

async function readSplits(input: Located): Promise<SplitResult> {
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

/** The rows of a spec in their splits, checked. Fails with `InvalidData`; heartbeats while it reads. */
export async function readDataSet(input: Located): Promise<SplitResult & { readonly labels: readonly string[] }> {
  const result = await readSplits(input);
  const labels = [...new Set(SPLITS.flatMap((split) => result.splits[split].map(({ label }) => label)))].sort();
  if (labels.length < 2) {
    throw invalidData(`all rows carry the label ${shown(labels[0])}; a classifier needs two labels at least`);
  }
  return { ...result, labels };
}
