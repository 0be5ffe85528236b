/** Looks at all rows of a data set once, in constant memory, and says whether a run would take it. */
import { createHash, type Hash } from 'node:crypto';
import type { TrainingTarget } from '../../../spec/bedrock/training-data.ts';
import type { RowOptions, Shape } from '../../../spec/data/formats.ts';
import { DataProblems, type Place } from '../../../spec/data/problems.ts';
import type { DataReport, FileStats, PartName, TargetReport } from '../../../spec/data/report.ts';
import { conflictingLabel, mixedKinds, noFormat, noRows, repeatedText } from '../../../spec/data/verdicts.ts';
import { SPLITS, type SplitName } from '../../../spec/record.ts';
import type { Spec } from '../../../spec/spec.ts';
import { blocksOf } from '../json-lines.ts';
import { damagedArchive, findShape, rowsOf } from '../read-examples.ts';
import { findSourceFiles, fleetingBytesOf, type SourceFile, type SourceRoot } from '../source-files.ts';
import { judgeLabels, judgeSizes } from './judge.ts';
import { TargetSums } from './judge-targets.ts';
import { PartTally } from './part-tally.ts';
import { placed } from './placed.ts';
import { Repeats } from './repeats.ts';
import type { Purpose, Tally } from './tally.ts';
import { TallyPool } from './tally-pool.ts';

/** How far it is. */
export interface CheckProgress {
  readonly file: string;
  /** Of all files together, as they are stored. */
  readonly bytes: number;
  readonly total: number;
}

export interface CheckOptions extends SourceRoot {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: CheckProgress) => void;
  /** Models that the data is to customize. */
  readonly targets?: readonly TrainingTarget[];
  /** Whether rows may lack an answer. */
  readonly answers?: RowOptions['answers'];
  /** Told of every row to test with that was trained on, however many there are. */
  readonly onLeak?: (place: Place) => void;
}

/** A path of the spec with its files. */
export interface Part {
  readonly name: PartName;
  readonly path: string;
  /** Whether the rows, or some of them, are to be sent to a model. */
  readonly forTest: boolean;
  readonly files: readonly SourceFile[];
}

interface FileOfPart {
  readonly part: Part;
  readonly file: SourceFile;
}

/** Large enough that handing it to a thread costs nothing beside counting it. */
const BLOCK_BYTES = 4 * 1024 * 1024;

/** The paths of the data section, with their files. */
export async function partsOf(data: Spec['data'], root: SourceRoot): Promise<Part[]> {
  const named: [PartName, boolean][] =
    data.source === undefined
      ? SPLITS.map((split): [SplitName, boolean] => [split, split === 'test'])
      : [['source', (data.split?.test ?? 0) > 0]];
  const parts = named.map(async ([name, forTest]) => {
    const path = data[name];
    return path === undefined ? [] : [{ name, path, forTest, files: await findSourceFiles(path, root, data.format) }];
  });
  return (await Promise.all(parts)).flat();
}

/** Everything that is wrong with a data set, and what it holds. Throws only where it cannot be read at all. */
export async function checkData(data: Spec['data'], options: CheckOptions): Promise<DataReport> {
  const check = new Check(data, await partsOf(data, options), options);
  return check.report();
}

class Check {
  readonly #data: Spec['data'];
  readonly #parts: readonly Part[];
  readonly #options: CheckOptions;
  /** In the order in which they are read: those to train on first. */
  readonly #files: readonly FileOfPart[];
  readonly #total: number;
  readonly #tallies = new Map<PartName, PartTally>();
  readonly #stats: FileStats[] = [];
  readonly #unused = new Map<string, number>();
  readonly #targets: readonly TrainingTarget[];
  readonly #sums: readonly TargetSums[];
  readonly #repeats = new Repeats();
  readonly #errors = new DataProblems();
  readonly #warnings = new DataProblems();
  #shape: Shape | undefined;
  #bytes = 0;

  constructor(data: Spec['data'], parts: readonly Part[], options: CheckOptions) {
    this.#data = data;
    this.#parts = parts;
    this.#options = options;
    this.#targets = options.targets ?? [];
    this.#sums = this.#targets.map((target) => new TargetSums(target));
    this.#files = parts.flatMap((part) => part.files.map((file) => ({ part, file })));
    this.#total = this.#files.reduce((sum, { file }) => sum + file.bytes, 0);
  }

  async report(): Promise<DataReport> {
    try {
      for (const part of this.#parts) await this.#readPart(part);
      await this.#judgeRepeats();
    } finally {
      await this.#repeats.close();
    }
    this.#judge();
    return {
      ok: this.#errors.count === 0,
      ...(this.#shape ? { format: this.#shape.format, kind: this.#shape.kind } : {}),
      errors: this.#errors.groups(),
      warnings: this.#warnings.groups(),
      stats: {
        parts: Object.fromEntries([...this.#tallies].map(([name, tally]) => [name, tally.stats()])),
        files: this.#stats,
        unusedFields: Object.fromEntries(this.#unused),
      },
      targets: this.#judgeTargets(),
    };
  }

  #judgeTargets(): TargetReport[] {
    const trained = this.#parts.find(({ name }) => name === 'source' || name === 'train');
    // An empty data set is told of as such.
    if (trained === undefined || this.#tallyOf(trained.name).rows === 0) return [];
    const tally = this.#tallyOf(trained.name);
    return this.#sums.map((sums) => sums.report(trained.path, this.#data.split, tally));
  }

  async #readPart(part: Part): Promise<void> {
    const shape = await this.#shapeOf(part);
    if (shape === undefined) return;
    const bytes = part.files.reduce((sum, file) => sum + file.bytes, 0);
    const pool = new TallyPool(shape, this.#targets, bytes);
    try {
      for (const [index, { part: owner, file }] of this.#files.entries()) {
        if (owner === part) await this.#readFile(pool, index, part, file);
      }
    } finally {
      await pool.end();
    }
    if (this.#tallyOf(part.name).rows === 0 && this.#errors.count === 0)
      this.#errors.add(noRows(part.path, part.files.length));
  }

  /** How the rows of a part are written; `undefined`, and told of, where they cannot be read beside the others. */
  async #shapeOf({ path, files }: Part): Promise<Shape | undefined> {
    const { answers, s3 } = this.#options;
    // Of what kind nothing is, cannot be told, and would only be found not to fit.
    if (files.every(({ bytes }) => bytes === 0)) {
      this.#errors.add(noRows(path, files.length));
      return undefined;
    }
    // Prompts may be answered: a test split that is belongs to a training split that is not.
    const format = this.#data.format ?? (this.#shape?.format === 'prompts' ? 'prompts' : undefined);
    const { shape, seen } = await findShape(files, { format, columns: this.#data.columns, answers }, s3);
    if (shape === undefined) {
      this.#errors.add(noFormat(path, seen));
      return undefined;
    }
    const first = this.#shape;
    this.#shape ??= shape;
    if (first === undefined || first.kind === shape.kind) return shape;
    this.#errors.add(mixedKinds({ path: this.#parts[0]?.path ?? '', kind: first.kind }, path, shape.kind));
    return undefined;
  }

  async #readFile(pool: TallyPool, index: number, part: Part, file: SourceFile): Promise<void> {
    const { s3 } = this.#options;
    const { container } = file;
    const forTraining = part.name !== 'test';
    const purpose: Purpose = { container, forTest: part.forTest, forTraining, groupBy: this.#data.split?.by };
    const onBytes = (count: number): void => this.#tell(file, count);
    if (container !== 'jsonl' && container !== 'text') {
      for await (const rows of rowsOf(file, this.#data, s3, onBytes)) {
        await this.#merge(pool.tallier.ofRows(rows, purpose), index, 0);
      }
      this.#stats.push({ name: file.name, bytes: file.bytes });
      return;
    }
    const hash = createHash('sha256');
    const chunks = hashed(fleetingBytesOf(file, { s3 }, onBytes), hash);
    let line = 1;
    try {
      for await (const tally of pool.tallies(
        blocksOf(chunks, { blockBytes: BLOCK_BYTES, allocate: pool.allocate }),
        purpose,
      )) {
        await this.#merge(tally, index, line);
        line += tally.lines;
      }
    } catch (error) {
      this.#errors.add({ ...damagedArchive(error), file: file.name, line });
    }
    this.#stats.push({ name: file.name, bytes: file.bytes, sha256: hash.digest('hex') });
  }

  #tell(file: SourceFile, count: number): void {
    this.#options.signal.throwIfAborted();
    this.#bytes += count;
    this.#options.onProgress?.({ file: file.name, bytes: this.#bytes, total: this.#total });
  }

  /** @param firstLine from where the tally's lines count */
  async #merge(tally: Tally, index: number, firstLine: number): Promise<void> {
    const { part, file } = this.#files[index] as FileOfPart;
    this.#tallyOf(part.name).merge(tally, file.name, firstLine);
    this.#errors.merge(placed(tally.errors, file.name, firstLine));
    this.#warnings.merge(placed(tally.warnings, file.name, firstLine));
    for (const [i, target] of tally.targets.entries()) this.#sums[i]?.merge(target, part.name, file.name, firstLine);
    for (const [field, count] of tally.unused) this.#unused.set(field, (this.#unused.get(field) ?? 0) + count);
    await this.#repeats.add(tally.rows, firstLine, index);
  }

  #tallyOf(name: PartName): PartTally {
    const tally = this.#tallies.get(name) ?? new PartTally();
    this.#tallies.set(name, tally);
    return tally;
  }

  /** Rows that were trained on are no test; under two labels they are doubtful. */
  #judgeRepeats(): Promise<void> {
    const isClassifier = this.#shape?.kind === 'classification';
    return this.#repeats.tellAll(({ file, line, firstFile, firstLine, isSameAnswer }) => {
      const [here, first] = [this.#files[file], this.#files[firstFile]];
      if (here === undefined || first === undefined) throw new Error(`no file ${file} or ${firstFile}`);
      const place = { file: here.file.name, line };
      const other = { file: first.file.name, line: firstLine };
      const tally = this.#tallyOf(here.part.name);
      tally.repeated += 1;
      if (isSameAnswer) tally.alike += 1;
      if (here.part.name === 'test' && first.part.name !== 'test') {
        this.#errors.add(repeatedText(place, other));
        this.#options.onLeak?.(place);
      } else if (isClassifier && !isSameAnswer) {
        tally.conflicts += 1;
        this.#warnings.add(conflictingLabel(place, other));
      }
    });
  }

  #judge(): void {
    const paths = new Map(this.#parts.map(({ name, path }) => [name, path]));
    const judged = { error: this.#errors, warning: this.#warnings };
    if (this.#shape?.kind === 'classification') judgeLabels(this.#tallies, paths, this.#shape, judged);
    judgeSizes(this.#tallies, paths, this.#data.split, judged);
  }
}

async function* hashed(chunks: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}
