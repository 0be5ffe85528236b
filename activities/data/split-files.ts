import { createHash } from 'node:crypto';
import type { FileSize } from '../../spec/bedrock/set-limits.ts';
import { canonicalExample, type Example, inputOf, jsonLine, type Kind } from '../../spec/data/examples.ts';
import { s3Keys, splitFile } from '../../spec/naming.ts';
import { type DataSet, SPLITS, type SplitInfo, type SplitName } from '../../spec/record.ts';
import { s3Uri } from '../s3-uri.ts';
import { LineFile } from './line-file.ts';
import type { Scratch } from './scratch.ts';
import type { Upload } from './upload.ts';

/** How an example is written that a model is trained on. */
export type WriteExample = (example: Example) => string;

/**
 * The files of a data set as scripts find them: the splits, and the test split as a model is asked with it. Where no
 * script reads them, the splits to train on are in the format of the model's service, and inputs are made of the test
 * split when they are asked with.
 */
export class SplitFiles {
  readonly #kind: Kind;
  readonly #write: WriteExample | undefined;
  readonly #splits: { readonly [S in SplitName]: LineFile };
  readonly #inputs: LineFile;

  constructor(kind: Kind, scratch: Scratch, write?: WriteExample) {
    const file = () => new LineFile(scratch);
    this.#kind = kind;
    this.#write = write;
    this.#splits = { train: file(), validation: file(), test: file() };
    this.#inputs = file();
  }

  /** @param line a canonical one, as bytes */
  add(split: SplitName, line: Buffer): void {
    const example = (): Example => canonicalExample(this.#kind, line.toString('utf8'));
    if (this.#write && split !== 'test') {
      this.#splits[split].add(Buffer.from(this.#write(example())));
      return;
    }
    this.#splits[split].add(line);
    if (split === 'test' && !this.#write) this.#inputs.add(Buffer.from(jsonLine(inputOf(example()))));
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
      return { uri, rows };
    };
    const splits = Object.fromEntries(filled.map((split) => [split, place(split, this.#splits[split])]));
    if (!splits.test || this.#write) return { uploads, data: { sha256, splits } };
    return { uploads, data: { sha256, splits, testInputs: place('inputs', this.#inputs) } };
  }
}
