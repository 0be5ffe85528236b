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

  constructor(kind: Kind, scratch: Scratch, telling?: Telling) {
    const file = () => new LineFile(scratch);
    this.#kind = kind;
    this.#telling = telling;
    this.#splits = { train: file(), validation: file(), test: file() };
    this.#inputs = file();
  }

  /** @param line a canonical one, as bytes */
  add(split: SplitName, line: Buffer): void {
    const example = (): Example => canonicalExample(this.#kind, line.toString('utf8'));
    if (this.#telling) {
      this.#tell(split, line, example(), this.#telling);
      return;
    }
    this.#splits[split].add(line);
    if (split === 'test') this.#inputs.add(Buffer.from(jsonLine(inputOf(example()))));
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
  placed(name: string, bucket: string): { uploads: Upload[]; data: Pick<DataSet, 'sha256' | 'splits' | 'testInputs'> } {
    const filled = SPLITS.filter((split) => this.#splits[split].rows > 0);
    const hashes = filled.map((split) => `${split} ${this.#splits[split].content.sha256}\n`);
    const sha256 = createHash('sha256').update(hashes.join('')).digest('hex');
    const uploads: Upload[] = [];
    const place = (part: SplitName | 'inputs', { content, rows }: LineFile): SplitInfo => {
      const uri = s3Uri(bucket, `${s3Keys.dataSet(name, sha256)}${part}/`);
      uploads.push({ uri: `${uri}${splitFile(part)}`, content });
      const tokens = part === 'inputs' ? undefined : this.#tokens.get(part);
      return { uri, rows, sha256: content.sha256, ...(tokens && { tokens }) };
    };
    const splits = Object.fromEntries(filled.map((split) => [split, place(split, this.#splits[split])]));
    if (!splits.test || this.#telling) return { uploads, data: { sha256, splits } };
    return { uploads, data: { sha256, splits, testInputs: place('inputs', this.#inputs) } };
  }
}
