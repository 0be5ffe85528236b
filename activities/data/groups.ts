/** Which side each group of rows is on, for any number of groups. */
import type { Dealer } from '../../spec/data/split.ts';
import type { SplitName } from '../../spec/record.ts';
import { Partitions } from './partitions.ts';
import type { Scratch } from './scratch.ts';

/** Rows of each label, by the key of the group. */
export type GroupSizes = Map<bigint, Map<string, number>>;

const KEY = 8;
const COUNT = 4;

export class GroupSides {
  readonly #sizes: Partitions;
  readonly #heldOut = { test: new SortedKeys(), validation: new SortedKeys() };

  constructor(scratch: Scratch) {
    this.#sizes = new Partitions(scratch);
  }

  /** Some of the groups' rows. A group may come again. */
  add(sizes: GroupSizes): void {
    for (const [group, counts] of sizes) {
      for (const [label, count] of counts) {
        const record = Buffer.alloc(KEY + COUNT + Buffer.byteLength(label));
        record.writeBigUInt64BE(group);
        record.writeUInt32BE(count, KEY);
        record.write(label, KEY + COUNT, 'utf8');
        this.#sizes.add(record);
      }
    }
  }

  /** Deals all groups out, in the order of their keys. */
  async deal(dealer: Dealer, pause: () => Promise<void>): Promise<void> {
    for await (const records of this.#sizes.sorted()) {
      const groups: GroupSizes = new Map();
      for (const record of records) {
        const group = record.readBigUInt64BE();
        const label = record.toString('utf8', KEY + COUNT);
        const counts = groups.get(group) ?? new Map<string, number>();
        groups.set(group, counts.set(label, (counts.get(label) ?? 0) + record.readUInt32BE(KEY)));
      }
      for (const [group, counts] of groups) {
        const side = dealer.deal(counts);
        if (side !== 'train') this.#heldOut[side].push(group);
      }
      await pause();
    }
  }

  sideOf(group: bigint): SplitName {
    const { test, validation } = this.#heldOut;
    return test.has(group) ? 'test' : validation.has(group) ? 'validation' : 'train';
  }
}

/** Numbers that come in order and take eight bytes each. */
class SortedKeys {
  #keys = new BigUint64Array(1024);
  #length = 0;

  push(key: bigint): void {
    if (this.#length === this.#keys.length) {
      const larger = new BigUint64Array(this.#length * 2);
      larger.set(this.#keys);
      this.#keys = larger;
    }
    this.#keys[this.#length] = key;
    this.#length += 1;
  }

  has(key: bigint): boolean {
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] ?? 0n) < key) low = middle + 1;
      else high = middle;
    }
    return low < this.#length && this.#keys[low] === key;
  }
}
