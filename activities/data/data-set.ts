/** A spec's data, read, checked and divided. Nothing is sent from here. */
import { sizeProblems } from '../../spec/bedrock/set-limits.ts';
import { targetOf, trainingOf } from '../../spec/bedrock/target.ts';
import { tokensOf, tokensOfSome } from '../../spec/bedrock/tokens.ts';
import type { Looked } from '../../spec/bedrock/training-data.ts';
import { canonicalLine, type Example } from '../../spec/data/examples.ts';
import { DataProblems, describeProblem } from '../../spec/data/problems.ts';
import { mixedKinds, oneLabel, unknownLabel } from '../../spec/data/verdicts.ts';
import { isBedrock } from '../../spec/engine.ts';
import { misfits, rowsProblem } from '../../spec/fit.ts';
import { fieldsOf, isRelativeToChampion } from '../../spec/gate.ts';
import { watchedFields } from '../../spec/monitoring/features.ts';
import { type DataSet, SPLITS, type SplitName } from '../../spec/record.ts';
import type { Spec } from '../../spec/spec.ts';
import { failure } from '../errors.ts';
import { divide, type LeftOut } from './divide.ts';
import { Overlaps } from './overlaps.ts';
import type { Scratch } from './scratch.ts';
import { findSource, invalidData, type Located, pauseOf, type Source, sourceRows } from './source-rows.ts';
import { type FileOptions, SplitFiles } from './split-files.ts';

/** A data set that is ready to be uploaded. */
export interface ReadDataSet {
  readonly files: SplitFiles;
  readonly about: Pick<DataSet, 'kind' | 'labels' | 'duplicates' | 'conflicts'>;
}

/**
 * Reads the data of a spec into the files of its splits. Fails with `InvalidData` for what cannot be used, and with
 * `InvalidSpec` where it is of a kind, or has too few rows, to be evaluated as the spec says.
 */
export async function readDataSet(input: Located, scratch: Scratch): Promise<ReadDataSet> {
  const { data, evaluate } = input.spec;
  const { source, split } = data;
  const read =
    source === undefined || split === undefined
      ? await takeSplits(input, scratch)
      : await divideSource(input, source, split, scratch);
  const tooFewRows = rowsProblem(evaluate?.by, read.files.rows('test'));
  if (tooFewRows) throw failure('InvalidSpec', tooFewRows);
  const problem = read.files.fieldProblem();
  if (problem) throw invalidData(problem);
  return read;
}

/** Fails where what is asked of the model does not fit the kind of its examples. */
function checkFit(spec: Spec, { shape }: Source): void {
  const unfit = misfits(spec, shape.kind).map(({ steps, message }) => `${steps.join('.')}: ${message}`);
  if (unfit.length > 0) throw failure('InvalidSpec', unfit.join('\n'));
}

async function divideSource(
  input: Located,
  path: string,
  split: NonNullable<Spec['data']['split']>,
  scratch: Scratch,
): Promise<ReadDataSet> {
  const source = await findSource(input, path);
  checkFit(input.spec, source);
  const { kind } = source.shape;
  const look = trainingOf(input.spec);
  const sliceBy = fieldsOf(input.spec.gate);
  const watched = watchedFields(input.spec);
  const files = new SplitFiles(kind, scratch, { ...tellingOf(input.spec, look), sliceBy, watched });
  const labels = new Set<string>();
  const values = [...new Set([...sliceBy, ...watched])];
  const rows = sourceRows(source, { forTest: split.test > 0, groupBy: split.by, sliceBy: values, labels, look });
  const leftOut = await divide(rows, files, { ...split, scratch, pause: pauseOf(input) });
  for (const name of ['test', 'validation'] as const) {
    if (split[name] > 0 && files.rows(name) === 0) {
      throw invalidData(`${tooFew(files, split.by)} leave none for ${name}; add rows or change data.split.${name}`);
    }
  }
  if (kind === 'classification') checkTrained(path, labels);
  checkSizes(input.spec, files, path);
  return { files, about: aboutOf(source, labels, leftOut) };
}

/** Rows were looked at before: those that could not be written are not among them. */
function tellingOf(
  spec: Spec,
  look: ((example: Example) => Looked) | undefined,
): Pick<FileOptions, 'telling' | 'asking'> {
  if (!look || !isBedrock(spec)) return spec.gate.some(isRelativeToChampion) ? { asking: tokensOfSome } : {};
  const write = (example: Example): string => {
    const looked = look(example);
    if ('error' in looked) throw new Error(`a row that was taken cannot be written: ${looked.error.message}`);
    return looked.line();
  };
  return { telling: { write, tokens: tokensOf(spec) } };
}

/** Fails where what customizes a model takes fewer rows, or more. */
function checkSizes(spec: Spec, files: SplitFiles, path: string): void {
  if (!isBedrock(spec) || files.rows('train') === 0) return;
  const { limits } = targetOf(spec);
  const sizes = { train: files.size('train'), validation: files.size('validation') };
  const problems = sizeProblems(sizes, limits);
  if (problems.length === 0) return;
  throw invalidData(problems.map((problem) => describeProblem({ ...problem, file: path, line: 0 })).join('\n'));
}

function tooFew(files: SplitFiles, by: string | undefined): string {
  const distinct = SPLITS.reduce((sum, split) => sum + files.rows(split), 0);
  return `${distinct} distinct rows${by === undefined ? '' : `, kept together by ${by},`}`;
}

function aboutOf({ shape }: Source, labels: ReadonlySet<string>, leftOut: LeftOut): ReadDataSet['about'] {
  return { kind: shape.kind, labels: [...labels].sort(), ...leftOut };
}

function checkTrained(path: string, labels: ReadonlySet<string>): void {
  if (labels.size > 1) return;
  const [label = ''] = labels;
  throw invalidData(describeProblem(oneLabel(path, label)));
}

/**
 * Splits that are given stay as they are. Fails with `InvalidData` when a row to test with was trained on, or carries a
 * label that was not.
 */
async function takeSplits(input: Located, scratch: Scratch): Promise<ReadDataSet> {
  const paths = SPLITS.flatMap((split) => {
    const path = input.spec.data[split];
    return path === undefined ? [] : [{ split, path }];
  });
  const sources: { split: SplitName; source: Source }[] = [];
  for (const { split, path } of paths) {
    // Prompts may be answered: a test split that is belongs to a training split that is not.
    const format = sources[0]?.source.shape.format === 'prompts' ? 'prompts' : undefined;
    sources.push({ split, source: await findSource(input, path, format) });
  }
  const [first] = sources;
  if (!first) return noRows(input.spec, scratch);
  for (const { source } of sources) checkSameKind(first.source, source);
  checkFit(input.spec, first.source);

  const look = trainingOf(input.spec);
  const sliceBy = fieldsOf(input.spec.gate);
  const watched = watchedFields(input.spec);
  const telling = tellingOf(input.spec, look);
  const files = new SplitFiles(first.source.shape.kind, scratch, { ...telling, sliceBy, watched });
  const overlaps = new Overlaps(scratch);
  const pause = pauseOf(input);
  const [labels, trained] = [new Set<string>(), new Set<string>()];
  const problems = new DataProblems();
  for (const { split, source } of sources) {
    for await (const rows of sourceRows(
      source,
      split === 'test'
        ? { forTest: true, sliceBy, labels }
        : { forTest: false, sliceBy: split === 'train' ? watched : [], labels, look },
    )) {
      for (const row of rows) {
        const { example, place, slices = '' } = row;
        files.add(split, Buffer.from(`${canonicalLine(example)}${slices}`));
        overlaps.add(split, row);
        if (example.kind !== 'classification') continue;
        if (split === 'train') trained.add(example.label);
        if (split !== 'test' || first.split === 'test' || trained.has(example.label)) continue;
        problems.add(unknownLabel(example.label, place, example.text));
      }
      await scratch.settle();
      await pause();
    }
    if (split === 'train' && source.shape.kind === 'classification') checkTrained(source.path, trained);
  }
  for (const problem of await overlaps.find(pause)) problems.add(problem);
  if (problems.count > 0) throw invalidData(problems.describe(files.rows('test')), problems);
  checkSizes(input.spec, files, first.source.path);
  return { files, about: aboutOf(first.source, labels, { duplicates: 0, conflicts: 0 }) };
}

/** Of a spec that trains on what a service has logged. */
function noRows(spec: Spec, scratch: Scratch): ReadDataSet {
  if (!isBedrock(spec) || spec.train.invocationLogs === undefined) {
    throw failure('InvalidSpec', 'data names no rows: give source:, or train: and test:');
  }
  return {
    files: new SplitFiles('prompt', scratch),
    about: { kind: 'prompt', labels: [], duplicates: 0, conflicts: 0 },
  };
}

function checkSameKind(first: Source, { path, shape }: Source): void {
  if (shape.kind === first.shape.kind) return;
  throw invalidData(describeProblem(mixedKinds({ path: first.path, kind: first.shape.kind }, path, shape.kind)));
}
