/** Divides one source into splits, whatever its size: nothing of it is held in memory but a partition at a time. */
import { hash } from 'node:crypto';
import { answerOf, canonicalLine, type Example, normalise, questionOf } from '../../spec/data/examples.ts';
import { Dealer, orderKey, type SplitOptions } from '../../spec/data/split.ts';
import type { SplitName } from '../../spec/record.ts';
import { GroupSides, type GroupSizes } from './groups.ts';
import { Partitions } from './partitions.ts';
import type { Scratch } from './scratch.ts';
import type { SplitFiles } from './split-files.ts';

export interface SourceRow {
  readonly example: Example;
  /** Its value of `split.by`. */
  readonly group?: string;
  /** The line that goes beside it where it is tested with. */
  readonly slices?: string;
}

export interface DivideOptions extends SplitOptions {
  readonly scratch: Scratch;
  /** Called every few milliseconds: lets other things happen, and throws to end it. */
  readonly pause: () => Promise<void>;
  /** Changes nothing but how much memory is used. */
  readonly partitions?: number;
}

/** What was left out. */
export interface LeftOut {
  /** Rows that stand in the data more than once; one of each stayed. */
  readonly duplicates: number;
  /** Texts that stood under more than one label; one row of each stayed. */
  readonly conflicts: number;
}

// A record: key of the question, of the group, hash of the answer, the line, the label's number. In the order of their
// bytes, rows of one question come together, and the first of those that say the same is the same one on every machine.
const KEY = 16;
const GROUP = KEY + 8;
const ANSWER = GROUP + 8;
const LABEL = 2;
const ROWS_PER_PAUSE = 2_000;

/**
 * Divides rows label by label, in three steps: into partitions by question; through those, to count what stays; through
 * them again, to deal it out. A row's place follows from its text, its group and the seed alone, so neither the order of
 * the source nor the machine matters.
 */
export async function divide(
  batches: AsyncIterable<readonly SourceRow[]>,
  files: SplitFiles,
  options: DivideOptions,
): Promise<LeftOut> {
  const { seed, by, scratch, pause } = options;
  const rows = new Partitions(scratch, options.partitions);
  const labels = new Labels();
  for await (const batch of batches) {
    for (const row of batch) rows.add(recordOf(row, seed, labels));
    await scratch.settle();
    await pause();
  }

  const sizes = new Map<string, number>();
  const groups = by === undefined ? undefined : new GroupSides(scratch);
  let duplicates = 0;
  let conflicts = 0;
  for await (const records of rows.sorted()) {
    const partOfGroups: GroupSizes = new Map();
    for (const { kept, all, labelled } of questionsOf(records)) {
      duplicates += all - kept.length;
      if (labelled > 1) conflicts += 1;
      for (const record of kept) {
        const label = labels.of(record);
        sizes.set(label, (sizes.get(label) ?? 0) + 1);
        if (!groups) continue;
        const group = record.readBigUInt64BE(KEY);
        const counts = partOfGroups.get(group) ?? new Map<string, number>();
        partOfGroups.set(group, counts.set(label, (counts.get(label) ?? 0) + 1));
      }
    }
    groups?.add(partOfGroups);
    await scratch.settle();
    await pause();
  }

  const dealer = new Dealer(sizes, options);
  await groups?.deal(dealer, pause);
  let count = 0;
  for await (const records of rows.sorted()) {
    for (const { kept } of questionsOf(records)) {
      const split = groups ? groups.sideOf(kept[0]?.readBigUInt64BE(KEY) ?? 0n) : dealt(kept, dealer, labels);
      for (const record of kept) files.add(split, record.subarray(ANSWER, -LABEL));
      count += kept.length;
      if (count < ROWS_PER_PAUSE) continue;
      count = 0;
      await scratch.settle();
      await pause();
    }
  }
  return { duplicates, conflicts };
}

/** Labels by number, as records hold them; without labels, all rows have the same. */
class Labels {
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(example: Example): number {
    const name = example.kind === 'classification' ? example.label : '';
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  of(record: Buffer): string {
    return this.#names[record.readUInt16BE(record.length - LABEL)] ?? '';
  }
}

function recordOf({ example, group, slices = '' }: SourceRow, seed: number, labels: Labels): Buffer {
  const line = `${canonicalLine(example)}${slices}`;
  const record = Buffer.alloc(ANSWER + Buffer.byteLength(line) + LABEL);
  orderKey(seed, normalise(questionOf(example))).copy(record, 0, 0, KEY);
  if (group !== undefined) orderKey(seed, group).copy(record, KEY, 0, GROUP - KEY);
  // A text has one label; a question may have many answers.
  if (example.kind === 'completion' || example.kind === 'chat' || example.kind === 'prompt') {
    hash('sha256', normalise(answerOf(example)), 'buffer').copy(record, GROUP, 0, ANSWER - GROUP);
  }
  record.write(line, ANSWER, 'utf8');
  record.writeUInt16BE(labels.numberOf(example), record.length - LABEL);
  return record;
}

interface Question {
  /** One row of those that say the same, all of one group. */
  readonly kept: readonly Buffer[];
  readonly all: number;
  /** Under how many labels it stands. */
  readonly labelled: number;
}

/** The rows of one question each, which must not stand on two sides: where they are of several groups, the first has it. */
function* questionsOf(records: readonly Buffer[]): Generator<Question> {
  for (let start = 0; start < records.length; ) {
    const first = records[start] as Buffer;
    let end = start + 1;
    while (end < records.length && same(records[end], first, 0, KEY)) end += 1;
    if (end === start + 1) {
      yield { kept: [first], all: 1, labelled: 1 };
    } else {
      const rows = records.slice(start, end);
      const group = rows.filter((record) => same(record, first, KEY, GROUP));
      const kept = group.filter((record, i) => i === 0 || !same(record, group[i - 1] as Buffer, GROUP, ANSWER));
      const labelled = new Set(rows.map((record) => record.readUInt16BE(record.length - LABEL))).size;
      yield { kept, all: rows.length, labelled };
    }
    start = end;
  }
}

function same(a: Buffer | undefined, b: Buffer, start: number, end: number): boolean {
  return a?.compare(b, start, end, start, end) === 0;
}

function dealt(kept: readonly Buffer[], dealer: Dealer, labels: Labels): SplitName {
  const counts = new Map<string, number>();
  for (const record of kept) counts.set(labels.of(record), (counts.get(labels.of(record)) ?? 0) + 1);
  return dealer.deal(counts);
}
