import { setImmediate } from 'node:timers/promises';
import { Context, log } from '@temporalio/activity';
import { type ClassificationExample, jsonLine, normalise, questionOf } from '../../spec/data/examples.ts';
import { fieldOf, unknownFormat } from '../../spec/data/formats.ts';
import { DataProblems, type Place } from '../../spec/data/problems.ts';
import { inSteps, type Row, type SplitResult, splitRows } from '../../spec/data/split.ts';
import { SPLITS, type SplitName } from '../../spec/record.ts';
import { shown } from '../../spec/shown.ts';
import type { Spec } from '../../spec/spec.ts';
import { failure } from '../errors.ts';
import { tell } from '../heartbeating.ts';
import { findShape, type Reading, readExamples } from './read-examples.ts';
import { findSourceFiles, type SourceRoot } from './source-files.ts';

/** A spec and where its paths are looked up. */
export interface Located extends SourceRoot {
  readonly spec: Spec;
}

interface PlacedRow {
  readonly row: ClassificationExample;
  readonly place: Place;
}

/** A data set with more labels than this has something else for labels. */
const MAX_LABELS = 1000;

/** Batch transform sends at most 6 MB at once, and each row of the test split must fit. */
const MAX_TEST_ROW_BYTES = 5_000_000;
/** Escaped as in `\u0001`. */
const MAX_BYTES_PER_CHARACTER = 6;

/** Runs a computation in its steps: in between, heartbeats go out and a cancellation ends it. */
export async function paced<T>(steps: Iterator<void, T>): Promise<T> {
  const { cancellationSignal } = Context.current();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await setImmediate();
    cancellationSignal.throwIfAborted();
  }
}

/**
 * All rows of a path of the spec. Fails with `InvalidData` when one of them cannot be used, or not be tested with where
 * they are `forTest`.
 */
async function readAll({ spec, ...root }: Located, path: string, forTest: boolean): Promise<PlacedRow[]> {
  const rows: PlacedRow[] = [];
  const labels = new Set<string>();
  const problems = new DataProblems();
  const files = await findSourceFiles(path, root, spec.data.format);
  const { shape, seen } = await findShape(files, spec.data, root.s3);
  if (shape === undefined) throw invalidData(`${path}: ${unknownFormat(seen)}`);
  for (const file of files) {
    let bytes = 0;
    const onBytes = (count: number): void => {
      bytes += count;
      Context.current().cancellationSignal.throwIfAborted();
      tell({ file: file.name, bytes, total: file.bytes });
    };
    for await (const batch of readExamples([file], shape, { ...root, onBytes })) {
      for (const read of batch) {
        const reading = forTest ? testable(read) : read;
        if ('problem' in reading) {
          problems.add(reading.problem);
          continue;
        }
        const { example: row, place } = reading;
        if (row.kind !== 'classification') {
          throw invalidData(
            `${path}: the rows are read as ${shape.format}; a run trains on classification, rows of text and label`,
          );
        }
        rows.push({ row, place });
        labels.add(row.label);
        if (labels.size > MAX_LABELS) {
          const field = fieldOf(shape.columns, 'label');
          throw invalidData(
            `${place.file}:${place.line}  more than ${MAX_LABELS} labels, this one is ${shown(row.label)}; ` +
              `is data.columns.label, ${shown(field)}, an id?`,
          );
        }
      }
    }
  }
  if (problems.count > 0) throw invalidData(problems.describe(rows.length + problems.count), problems);
  if (rows.length === 0) throw invalidData(`${path} holds no rows; write one JSON object a line`);
  return rows;
}

/** The same reading, or a problem where the row does not fit into a request. */
function testable(reading: Reading): Reading {
  if ('problem' in reading) return reading;
  const text = questionOf(reading.example);
  // Most rows are far from the limit, and need not be written out to know it.
  if (text.length * MAX_BYTES_PER_CHARACTER <= MAX_TEST_ROW_BYTES) return reading;
  const bytes = Buffer.byteLength(jsonLine({ text }));
  if (bytes <= MAX_TEST_ROW_BYTES) return reading;
  const message = `the text is larger than ${MAX_TEST_ROW_BYTES / 1e6} MB, too large for a request to the model`;
  const value = `${(bytes / 1e6).toFixed(1)} MB: ${shown(text)}`;
  return { problem: { code: 'too_large', message, value, fix: 'shorten it or leave the row out', ...reading.place } };
}

function invalidData(message: string, problems?: DataProblems) {
  return failure(
    'InvalidData',
    message,
    undefined,
    problems ? [{ count: problems.count, first: problems.listed() }] : [],
  );
}

/**
 * Splits that are given stay as they are. Fails with `InvalidData` when a row to test with was trained on, or carries a
 * label that was not.
 */
async function givenSplits(input: Located): Promise<SplitResult> {
  const placed: Record<SplitName, PlacedRow[]> = { train: [], validation: [], test: [] };
  for (const split of SPLITS) {
    const path = input.spec.data[split];
    if (path !== undefined) placed[split] = await readAll(input, path, split === 'test');
  }
  const trainedOn = new Map<string, Place>();
  for (const split of ['train', 'validation'] as const) {
    await paced(inSteps(placed[split], ({ row, place }) => trainedOn.set(normalise(row.text), place)));
  }
  const known = new Set(placed.train.map(({ row }) => row.label));
  const problems = new DataProblems();
  const check = ({ row, place }: PlacedRow): void => {
    const other = trainedOn.get(normalise(row.text));
    if (other) {
      problems.add({
        code: 'repeated_text',
        message: 'the text stands in the training or validation split too',
        value: `${shown(row.text)} is at ${other.file}:${other.line}`,
        fix: 'leave it out of one of them, or the scores say nothing',
        ...place,
      });
    } else if (!known.has(row.label)) {
      problems.add({
        code: 'unknown_label',
        message: `the label ${shown(row.label)} does not stand in the training split`,
        value: shown(row.text),
        fix: 'add rows of it to data.train, or correct it',
        ...place,
      });
    }
  };
  await paced(inSteps(placed.test, check));
  if (problems.count > 0) throw invalidData(problems.describe(placed.test.length), problems);
  const rowsOf = (rows: PlacedRow[]): Row[] => rows.map(({ row: { text, label } }) => ({ text, label }));
  return {
    splits: { train: rowsOf(placed.train), validation: rowsOf(placed.validation), test: rowsOf(placed.test) },
    duplicates: 0,
    conflicts: 0,
  };
}

async function readSplits(input: Located): Promise<SplitResult> {
  const { source, split } = input.spec.data;
  if (source === undefined || split === undefined) return givenSplits(input);
  const rows = (await readAll(input, source, split.test > 0)).map(({ row: { text, label } }) => ({ text, label }));
  const result = await paced(splitRows(rows, split));
  for (const name of ['test', 'validation'] as const) {
    if (split[name] > 0 && result.splits[name].length === 0) {
      const distinct = rows.length - result.duplicates;
      throw invalidData(`${distinct} distinct rows leave none for ${name}; add rows or change data.split.${name}`);
    }
  }
  if (result.conflicts > 0) {
    log.warn('texts stand under two labels; the first row of each was kept', { conflicts: result.conflicts });
  }
  return result;
}

/** The rows of a spec in their splits, checked. Fails with `InvalidData`; heartbeats while it reads. */
export async function readDataSet(input: Located): Promise<SplitResult & { readonly labels: readonly string[] }> {
  const result = await readSplits(input);
  const labelsOf = (split: SplitName): Set<string> => new Set(result.splits[split].map(({ label }) => label));
  const [trained = '', ...others] = labelsOf('train');
  if (others.length === 0) {
    const { source, train } = input.spec.data;
    throw invalidData(
      `${source ?? train}: all rows carry the label ${shown(trained)}; a classifier needs two labels at least to train on`,
    );
  }
  return { ...result, labels: [...new Set(SPLITS.flatMap((split) => [...labelsOf(split)]))].sort() };
}
