/** Finds test rows that stand in the training or validation split too, for any number of rows. */
import { hash } from 'node:crypto';
import { normalise, questionOf } from '../../spec/data/examples.ts';
import type { DataProblem, Place } from '../../spec/data/problems.ts';
import { repeatedText } from '../../spec/data/verdicts.ts';
import type { SplitName } from '../../spec/record.ts';
import { shown } from '../../spec/shown.ts';
import { Partitions } from './partitions.ts';
import type { Scratch } from './scratch.ts';
import type { PlacedRow } from './source-rows.ts';

// A record: key of the question, side, file, line, the question shortened. Test rows come before those they repeat.
const KEY = 16;
const SIDE = KEY;
const FILE = SIDE + 1;
const LINE = FILE + 4;
const QUESTION = LINE + 6;
const SIDES: readonly SplitName[] = ['test', 'train', 'validation'];

export class Overlaps {
  readonly #rows: Partitions;
  readonly #files: string[] = [];

  constructor(scratch: Scratch) {
    this.#rows = new Partitions(scratch);
  }

  add(split: SplitName, { example, place }: PlacedRow): void {
    const question = questionOf(example);
    const told = split === 'test' ? shown(question) : '';
    const record = Buffer.alloc(QUESTION + Buffer.byteLength(told));
    hash('sha256', normalise(question), 'buffer').copy(record, 0, 0, KEY);
    record.writeUInt8(SIDES.indexOf(split), SIDE);
    record.writeUInt32BE(this.#fileNumber(place.file), FILE);
    record.writeUIntBE(place.line, LINE, QUESTION - LINE);
    record.write(told, QUESTION);
    this.#rows.add(record);
  }

  /** The test rows that stand elsewhere too, in their order. */
  async find(pause: () => Promise<void>): Promise<DataProblem[]> {
    const found: { readonly record: Buffer; readonly other: Place }[] = [];
    for await (const records of this.#rows.sorted()) {
      let tests: Buffer[] = [];
      for (const record of records) {
        if (tests[0]?.compare(record, 0, KEY, 0, KEY) !== 0) tests = [];
        if (record[SIDE] === 0) tests.push(record);
        else {
          const other = this.#placeOf(record);
          found.push(...tests.map((test) => ({ record: Buffer.from(test), other })));
          tests = [];
        }
      }
      await pause();
    }
    found.sort((a, b) => a.record.compare(b.record, FILE, QUESTION, FILE, QUESTION));
    return found.map(({ record, other }) =>
      repeatedText(this.#placeOf(record), other, record.toString('utf8', QUESTION)),
    );
  }

  #fileNumber(name: string): number {
    const last = this.#files.length - 1;
    if (this.#files[last] === name) return last;
    return this.#files.push(name) - 1;
  }

  #placeOf(record: Buffer): Place {
    return { file: this.#files[record.readUInt32BE(FILE)] ?? '', line: record.readUIntBE(LINE, QUESTION - LINE) };
  }
}
