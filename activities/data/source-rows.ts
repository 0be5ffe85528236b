/** The rows of a path of the spec: usable ones only, or none at all. */
import { setImmediate } from 'node:timers/promises';
import { rowOptionsOf } from '../../spec/bedrock/target.ts';
import type { Looked } from '../../spec/bedrock/training-data.ts';
import type { Example } from '../../spec/data/examples.ts';
import type { Format, Shape } from '../../spec/data/formats.ts';
import { DataProblems, describeProblem, type Place } from '../../spec/data/problems.ts';
import {
  MAX_LABELS,
  noFormat,
  noRows,
  tooLargeToAsk,
  tooManyLabels,
  withoutGroup,
  withoutReference,
} from '../../spec/data/verdicts.ts';
import type { DataProgress } from '../../spec/progress.ts';
import type { Spec } from '../../spec/spec.ts';
import { failure } from '../errors.ts';
import { findShape, type Reading, readExamples } from './read-examples.ts';
import { findSourceFiles, type SourceFile, type SourceRoot } from './source-files.ts';

/** Whoever the reading is for. */
export interface Reader {
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DataProgress) => void;
}

/** A spec and where its paths are looked up. */
export interface Located extends SourceRoot, Reader {
  readonly spec: Spec;
}

/** A path of the spec: its files, and how their rows are written. */
export interface Source extends Reader, Pick<SourceRoot, 's3'> {
  readonly path: string;
  readonly files: readonly SourceFile[];
  readonly shape: Shape;
}

export interface PlacedRow {
  readonly example: Example;
  readonly place: Place;
  readonly group?: string;
  readonly slices?: string;
}

export interface RowOptions {
  /** Whether a model will be asked with them. */
  readonly forTest: boolean;
  /** Field whose value comes along as `group`; every row must have it. */
  readonly groupBy?: string | undefined;
  /** Fields whose values come along as `slices`, a line of JSON. */
  readonly sliceBy?: readonly string[];
  /** Takes the labels that are met. */
  readonly labels: Set<string>;
  /** Looks at rows to train on, where what trains takes only some. */
  readonly look?: ((example: Example) => Looked) | undefined;
}

export function invalidData(message: string, problems?: DataProblems) {
  return failure(
    'InvalidData',
    message,
    undefined,
    problems ? [{ count: problems.count, first: problems.listed() }] : [],
  );
}

/** Lets other work go on in between, such as heartbeats, and ends the reading when it is to end. */
export function pauseOf({ signal }: Reader): () => Promise<void> {
  return async () => {
    await setImmediate();
    signal.throwIfAborted();
  };
}

/** @param format of another path of the spec, where it settles that of this one */
export async function findSource({ spec, ...located }: Located, path: string, format?: Format): Promise<Source> {
  const files = await findSourceFiles(path, located, spec.data.format);
  // Nothing tells of what kind they would be.
  if (files.every(({ bytes }) => bytes === 0)) throw invalidData(describeProblem(noRows(path, files.length)));
  const { s3, signal, onProgress } = located;
  const options = rowOptionsOf(spec);
  const { shape, seen } = await findShape(files, { ...options, format: options.format ?? format }, s3);
  if (shape === undefined) throw invalidData(describeProblem(noFormat(path, seen)));
  return { path, files, shape, s3, signal, onProgress };
}

/**
 * The rows in batches. Fails with `InvalidData` at the end when one of them cannot be used, or there are none.
 */
export async function* sourceRows(source: Source, options: RowOptions): AsyncGenerator<readonly PlacedRow[]> {
  const { path, shape, s3, signal, onProgress } = source;
  const { groupBy, sliceBy = [] } = options;
  const problems = new DataProblems();
  let usable = 0;
  for (const file of source.files) {
    let bytes = 0;
    const onBytes = (count: number): void => {
      bytes += count;
      signal.throwIfAborted();
      onProgress({ file: file.name, bytes, total: file.bytes });
    };
    for await (const batch of readExamples([file], shape, { s3, onBytes, sliceBy, ...(groupBy && { groupBy }) })) {
      const rows: PlacedRow[] = [];
      for (const read of batch) {
        const reading = checked(read, options);
        if ('problem' in reading) problems.add(reading.problem);
        else rows.push(reading);
      }
      checkLabels(rows, shape, options.labels);
      usable += rows.length;
      yield rows;
    }
  }
  if (problems.count > 0) throw invalidData(problems.describe(usable + problems.count), problems);
  if (usable === 0) throw invalidData(describeProblem(noRows(path, source.files.length)));
}

function checkLabels(rows: readonly PlacedRow[], shape: Shape, labels: Set<string>): void {
  for (const { example, place } of rows) {
    if (example.kind !== 'classification') continue;
    labels.add(example.label);
    if (labels.size <= MAX_LABELS) continue;
    throw invalidData(describeProblem(tooManyLabels(example.label, place, shape)));
  }
}

/** The same reading, or a problem where the row lacks its group, does not fit into a request, or trains nothing. */
function checked(reading: Reading, { forTest, groupBy, look }: RowOptions): Reading {
  if ('problem' in reading) return reading;
  const { example, place, group } = reading;
  if (groupBy !== undefined && group === '') {
    return { problem: { ...withoutGroup(groupBy, example), ...place } };
  }
  const problem = forTest ? (withoutReference(example) ?? tooLargeToAsk(example)) : undefined;
  if (problem) return { problem: { ...problem, ...place } };
  const looked = look?.(example);
  return looked && 'error' in looked ? { problem: { ...looked.error, ...place } } : reading;
}
