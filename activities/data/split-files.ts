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

/** So many values of a field are held by themselves. */
const MOST_SLICES = 50;

export interface FileOptions {
  readonly telling?: Telling | undefined;
  /** Fields that rules of the gate are held by. */
  readonly sliceBy?: readonly string[];
}

/**
 * The files of a data set as scripts find them: the splits, and the test split as a model is asked with it. Where no
 * script reads them, the splits to train on are in the format of the model's service, and inputs are made of the test
 * split when they are asked with.
 */
export class SplitFiles {
  readonly #kind: Kind;
  readonly #telling: Telling | undefined;
  readonly #splits: { readonly [S in SplitName]: LineFile };
  readonly #inputs: LineFile;
  readonly #tokens = new Map<SplitName, TokenEstimate>();
  readonly #slices: LineFile;
  /** The values of each field that rules are held by. */
  readonly #values: ReadonlyMap<string, Set<string>>;

  constructor(kind: Kind, scratch: Scratch, { telling, sliceBy = [] }: FileOptions = {}) {
    const file = () => new LineFile(scratch);
    this.#kind = kind;
    this.#telling = telling;
    this.#splits = { train: file(), validation: file(), test: file() };
    this.#inputs = file();
    this.#slices = file();
    this.#values = new Map(sliceBy.map((field) => [field, new Set()]));
  }

  /** @param lines a canonical one as bytes and, where rules are held by fields, after it the row's values of those */
  add(split: SplitName, lines: Buffer): void {
    const end = this.#values.size === 0 ? lines.length : lines.indexOf('\n') + 1;
    const line = lines.subarray(0, end);
    if (split === 'test' && end < lines.length) this.#slice(lines.subarray(end));
    const example = (): Example => canonicalExample(this.#kind, line.toString('utf8'));
    if (this.#telling) {
      this.#tell(split, line, example(), this.#telling);
      return;
    }
    this.#splits[split].add(line);
    if (split === 'test') this.#inputs.add(Buffer.from(jsonLine(inputOf(example()))));
  }

  #slice(line: Buffer): void {
    this.#slices.add(line);
    const values = JSON.parse(line.toString('utf8')) as Readonly<Record<string, string>>;
    for (const [field, seen] of this.#values) if (seen.size <= MOST_SLICES) seen.add(values[field] ?? '');
  }

  /** Why the test split cannot be held by its fields; `undefined` where it can. */
  sliceProblem(): string | undefined {
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
    const { question, answer } = tokens(example);
    const sum = this.#tokens.get(split) ?? { question: 0, answer: 0 };
    this.#tokens.set(split, { question: sum.question + question, answer: sum.answer + answer });
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
  ): { uploads: Upload[]; data: Pick<DataSet, 'sha256' | 'splits' | 'testInputs' | 'slices'> } {
    const filled = SPLITS.filter((split) => this.#splits[split].rows > 0);
    const hashes = filled.map((split) => `${split} ${this.#splits[split].content.sha256}\n`);
    if (this.#slices.rows > 0) hashes.push(`slices ${this.#slices.content.sha256}\n`);
    const sha256 = createHash('sha256').update(hashes.join('')).digest('hex');
    const uploads: Upload[] = [];
    const place = (part: SplitName | 'inputs' | 'slices', { content, rows }: LineFile): SplitInfo => {
      const uri = s3Uri(bucket, `${s3Keys.dataSet(name, sha256)}${part}/`);
      uploads.push({ uri: `${uri}${splitFile(part)}`, content });
      const tokens = part === 'inputs' || part === 'slices' ? undefined : this.#tokens.get(part);
      return { uri, rows, sha256: content.sha256, ...(tokens && { tokens }) };
    };
    const splits = Object.fromEntries(filled.map((split) => [split, place(split, this.#splits[split])]));
    const slices = this.#slices.rows > 0 ? { slices: place('slices', this.#slices) } : {};
    if (!splits.test || this.#telling) return { uploads, data: { sha256, splits, ...slices } };
    return { uploads, data: { sha256, splits, ...slices, testInputs: place('inputs', this.#inputs) } };
  }
}
