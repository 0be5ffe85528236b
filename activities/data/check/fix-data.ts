/** Writes a copy of a data set that a run would take. */
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Looked, type TrainingTarget, trainingData } from '../../../spec/bedrock/training-data.ts';
import { type Example, jsonLine } from '../../../spec/data/examples.ts';
import type { RowOptions, Shape } from '../../../spec/data/formats.ts';
import { mendRow } from '../../../spec/data/mend.ts';
import { type Place, placeOf } from '../../../spec/data/problems.ts';
import { type ExampleReader, exampleReader, type Fields } from '../../../spec/data/read-example.ts';
import { repeatedText, tooLargeToAsk, unknownLabel, withoutReference } from '../../../spec/data/verdicts.ts';
import type { Spec } from '../../../spec/spec.ts';
import type { RawRow } from '../json-lines.ts';
import { findShape, rowsOf } from '../read-examples.ts';
import type { SourceFile, SourceRoot } from '../source-files.ts';
import { type Part, partsOf } from './check-data.ts';

/** What was done to rows, or why they are not in the copy, and to how many. */
export type Counted = Readonly<Record<string, number>>;

export interface FixedCopy {
  readonly files: readonly { readonly file: string; readonly rows: number }[];
  readonly changed: Counted;
  readonly leftOut: Counted;
}

export interface FixOptions extends SourceRoot {
  /** A file where there is one part, else a directory. */
  readonly out: string;
  /** Rows to test with that were trained on. */
  readonly leaks: ReadonlySet<string>;
  /** Labels to train on; of a classifier only. */
  readonly trained: ReadonlySet<string> | undefined;
  /** A model that the rows to train on are to fit. */
  readonly target?: TrainingTarget | undefined;
  /** Whether they are written as it takes them; else as they are in the source, as a run writes them by itself. */
  readonly inItsFormat?: boolean;
  /** Whether rows may lack an answer. */
  readonly answers?: RowOptions['answers'];
  readonly signal: AbortSignal;
}

/** Names a row to test with that was trained on. */
export const leakKey = (place: Place): string => placeOf(place);

/**
 * Writes the rows of each part as JSON Lines with all their fields: put right where that takes no guessing, left out
 * where they could not be used. Rejects with `EEXIST` where there is a file, or a link, of that name: a source is never
 * written over.
 */
export async function fixData(data: Spec['data'], options: FixOptions): Promise<FixedCopy> {
  const parts = await partsOf(data, options);
  const [only] = parts;
  if (parts.length > 1) await mkdir(options.out, { recursive: true });
  const counts = new Counts();
  const files: { file: string; rows: number }[] = [];
  for (const part of parts) {
    const file = part === only && parts.length === 1 ? options.out : join(options.out, `${part.name}.jsonl`);
    const { format, columns } = data;
    const { shape } = await findShape(part.files, { format, columns, answers: options.answers }, options.s3);
    if (shape === undefined) continue;
    const fixer = new Fixer(part, shape, options, counts);
    const lines = Readable.from(fixer.lines());
    await pipeline(lines, createWriteStream(file, { flags: 'wx' })).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') await rm(file, { force: true });
      throw error;
    });
    files.push({ file, rows: fixer.rows });
  }
  return { files, changed: Object.fromEntries(counts.changed), leftOut: Object.fromEntries(counts.leftOut) };
}

class Counts {
  readonly changed = new Map<string, number>();
  readonly leftOut = new Map<string, number>();
}

const count = (counts: Map<string, number>, what: string): unknown => counts.set(what, (counts.get(what) ?? 0) + 1);

class Fixer {
  rows = 0;
  readonly #part: Part;
  readonly #shape: Shape;
  readonly #options: FixOptions;
  readonly #counts: Counts;
  readonly #read: ExampleReader;
  readonly #look: ((example: Example) => Looked) | undefined;

  constructor(part: Part, shape: Shape, options: FixOptions, counts: Counts) {
    this.#part = part;
    this.#shape = shape;
    this.#options = options;
    this.#counts = counts;
    this.#read = exampleReader(shape);
    const { target, inItsFormat: mend = false } = options;
    this.#look = target && part.name !== 'test' ? trainingData(target, { mend }) : undefined;
  }

  async *lines(): AsyncGenerator<string> {
    for (const file of this.#part.files) {
      for await (const rows of rowsOf(file, this.#shape, this.#options.s3, () => {})) {
        this.#options.signal.throwIfAborted();
        yield rows.map((raw) => this.#line(raw, file)).join('');
      }
    }
  }

  /** Empty where the row is left out. */
  #line(raw: RawRow, file: SourceFile): string {
    if ('problem' in raw) return this.#leaveOut(raw.problem.message);
    const { row, changes } = mendRow(raw.row, this.#shape);
    const example = this.#read(row);
    if ('code' in example) return this.#leaveOut(example.message);
    const untestable = this.#untestable(example, { file: file.name, line: raw.line });
    if (untestable !== undefined) return this.#leaveOut(untestable);
    const looked = this.#look?.(example);
    if (looked && 'error' in looked) return this.#leaveOut(looked.error.message);
    const written = this.#options.inItsFormat ? looked : undefined;
    for (const change of [...changes, ...(written?.changes ?? [])]) count(this.#counts.changed, change);
    this.rows += 1;
    return written ? written.line() : jsonLine(plain(row));
  }

  #leaveOut(why: string): '' {
    count(this.#counts.leftOut, why);
    return '';
  }

  /** Why a row cannot be tested with. */
  #untestable(example: Example, place: Place): string | undefined {
    if (!this.#part.forTest) return undefined;
    const untestable = withoutReference(example) ?? tooLargeToAsk(example);
    if (untestable) return untestable.message;
    if (this.#options.leaks.has(leakKey(place))) return repeatedText(place, place).message;
    const { trained } = this.#options;
    const isUnknown =
      example.kind === 'classification' && this.#part.name === 'test' && trained?.has(example.label) === false;
    return isUnknown ? unknownLabel(example.label, place).message : undefined;
  }
}

/** Tables have whole numbers that JSON has not. */
function plain(row: Fields): Fields {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => [field, typeof value === 'bigint' ? Number(value) : value]),
  );
}
