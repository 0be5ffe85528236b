import { createHash } from 'node:crypto';
import type { FileSize } from '../../spec/bedrock/set-limits.ts';
import { canonicalExample, type Example, inputOf, jsonLine, type Kind } from '../../spec/data/examples.ts';
import { s3Keys, splitFile } from '../../spec/naming.ts';
import { type DataSet, SPLITS, type SplitInfo, type SplitName, type TokenEstimate } from '../../spec/record.ts';
import { s3Uri } from '../s3-uri.ts';
import { LineFile } from './line-file.ts';
import type { Scratch } from './scratch.ts';
import type { Upload } from './upload.ts';

/** How examples are told to a service that trains by itself. */
export interface Telling {
  /** The line of one that a model is trained on. */
  readonly write: (example: Example) => string;
  readonly tokens: (example: Example) => TokenEstimate;
}

/** Of fields, as text; empty where a row does not have one. */
type RowValues = Readonly<Record<string, string>>;

/** So many values of a field are held by themselves. */
const MOST_SLICES = 50;

export interface FileOptions {
  readonly telling?: Telling | undefined;
  /** Counts the rows of the test split, which a model of Bedrock may be asked too. */
  readonly asking?: Telling['tokens'] | undefined;
  /** Fields that rules of the gate are held by. */
  readonly sliceBy?: readonly string[];
  /** Fields that drift is measured by. */
  readonly watched?: readonly string[];
}

/**
 * The files of a data set as scripts find them: the splits, and the test split as a model is asked with it. Where no
 * script reads them, the splits to train on are in the format of the model's service, and inputs are made of the test
 * split when they are asked with.
 */
export class SplitFiles {
  readonly #kind: Kind;
  readonly #telling: Telling | undefined;
  readonly #asking: Telling['tokens'] | undefined;
  readonly #splits: { readonly [S in SplitName]: LineFile };
  readonly #inputs: LineFile;
  readonly #tokens = new Map<SplitName, TokenEstimate>();
  readonly #slices: LineFile;
  /** The values of each field that rules are held by. */
  readonly #values: ReadonlyMap<string, Set<string>>;
  readonly #fields: LineFile;
  readonly #watched: readonly string[];
  /** Those of which a value was met. */
  readonly #met = new Set<string>();

  constructor(kind: Kind, scratch: Scratch, { telling, asking, sliceBy = [], watched = [] }: FileOptions = {}) {
    const file = () => new LineFile(scratch);
    this.#kind = kind;
    this.#telling = telling;
    this.#asking = asking;
    this.#splits = { train: file(), validation: file(), test: file() };
    this.#inputs = file();
    this.#slices = file();
    this.#values = new Map(sliceBy.map((field) => [field, new Set()]));
    this.#fields = file();
    this.#watched = watched;
  }

  /** @param lines a canonical one as bytes and, where fields are of interest, after it the row's values of those */
  add(split: SplitName, lines: Buffer): void {
    const hasValues = this.#values.size + this.#watched.length > 0;
    const end = hasValues ? lines.indexOf('\n') + 1 : lines.length;
    const line = lines.subarray(0, end);
    if (end < lines.length) this.#keepValues(split, JSON.parse(lines.toString('utf8', end)) as RowValues);
    const example = (): Example => canonicalExample(this.#kind, line.toString('utf8'));
    if (this.#telling) {
      this.#tell(split, line, example(), this.#telling);
      return;
    }
    this.#splits[split].add(line);
    if (split !== 'test') return;
    this.#inputs.add(Buffer.from(jsonLine(inputOf(example()))));
    if (this.#asking) this.#count(split, this.#asking(example()));
  }

  #count(split: SplitName, { question, answer }: TokenEstimate): void {
    const sum = this.#tokens.get(split) ?? { question: 0, answer: 0 };
    this.#tokens.set(split, { question: sum.question + question, answer: sum.answer + answer });
  }

  #keepValues(split: SplitName, values: RowValues): void {
    const lineOf = (fields: Iterable<string>): Buffer =>
      Buffer.from(jsonLine(Object.fromEntries([...fields].map((field) => [field, values[field] ?? '']))));
    if (split === 'test' && this.#values.size > 0) {
      this.#slices.add(lineOf(this.#values.keys()));
      for (const [field, seen] of this.#values) if (seen.size <= MOST_SLICES) seen.add(values[field] ?? '');
    }
    if (split === 'train' && this.#watched.length > 0) {
      this.#fields.add(lineOf(this.#watched));
      for (const field of this.#watched) if (values[field]) this.#met.add(field);
    }
  }

  /** Why rules cannot be held by their fields, or drift not be measured by its own; `undefined` where they can. */
  fieldProblem(): string | undefined {
    const unmet = this.#fields.rows > 0 && this.#watched.find((field) => !this.#met.has(field));
    if (unmet) return `retrain.when.drift.of: no row of the training split has the field ${unmet}`;
    for (const [field, seen] of this.#values) {
      if (seen.size > MOST_SLICES) {
        return `gate: the test split has more than ${MOST_SLICES} values of ${field}; name a field that has few`;
      }
      if ([...seen].every((value) => value === '')) return `gate: no row of the test split has the field ${field}`;
    }
    return undefined;
  }

  #tell(split: SplitName, line: Buffer, example: Example, { write, tokens }: Telling): void {
    this.#splits[split].add(split === 'test' ? line : Buffer.from(write(example)));
    this.#count(split, tokens(example));
  }

  rows(split: SplitName): number {
    return this.#splits[split].rows;
  }

  size(split: SplitName): FileSize {
    const { rows: records, content } = this.#splits[split];
    return { records, bytes: content.bytes };
  }

  /** Where everything goes, under a prefix named by the hash of all splits. */
  placed(
    name: string,
    bucket: string,
  ): { uploads: Upload[]; data: Pick<DataSet, 'sha256' | 'splits' | 'testInputs' | 'slices' | 'fields'> } {
    const filled = SPLITS.filter((split) => this.#splits[split].rows > 0);
    const hashes = filled.map((split) => `${split} ${this.#splits[split].content.sha256}\n`);
    const values = [
      ...(this.#slices.rows > 0 ? [['slices', this.#slices] as const] : []),
      ...(this.#fields.rows > 0 ? [['fields', this.#fields] as const] : []),
    ];
    for (const [part, { content }] of values) hashes.push(`${part} ${content.sha256}\n`);
    const sha256 = createHash('sha256').update(hashes.join('')).digest('hex');
    const uploads: Upload[] = [];
    const place = (part: SplitName | 'inputs' | 'slices' | 'fields', { content, rows }: LineFile): SplitInfo => {
      const uri = s3Uri(bucket, `${s3Keys.dataSet(name, sha256)}${part}/`);
      uploads.push({ uri: `${uri}${splitFile(part)}`, content });
      const isSplit = part !== 'inputs' && part !== 'slices' && part !== 'fields';
      const tokens = isSplit ? this.#tokens.get(part) : undefined;
      return { uri, rows, sha256: content.sha256, ...(tokens && { tokens }) };
    };
    const splits = Object.fromEntries(filled.map((split) => [split, place(split, this.#splits[split])]));
    const beside = Object.fromEntries(values.map(([part, file]) => [part, place(part, file)]));
    if (!splits.test || this.#telling) return { uploads, data: { sha256, splits, ...beside } };
    return { uploads, data: { sha256, splits, ...beside, testInputs: place('inputs', this.#inputs) } };
  }
}
