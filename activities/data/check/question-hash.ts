/** Hashes by which the same question is found again, whatever its case, spacing and Unicode form. */
import { normalise } from '../../../spec/data/examples.ts';

const SPACE = 0x20;
const ASCII = 0x7f;

/** Of ASCII what `normalise` makes of it: letters small, and one kind of space. */
const FOLDED = new Uint8Array(256);
const IS_SPACE = new Uint8Array(256);
for (let code = 0; code < FOLDED.length; code += 1) {
  const isSpace = code === SPACE || (code >= 0x09 && code <= 0x0d);
  FOLDED[code] = isSpace ? SPACE : code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
  IS_SPACE[code] = isSpace ? 1 : 0;
}

const MAX_BYTES_PER_UNIT = 3;

/** 64 bits as two halves: among ten million questions, the odds of two that share theirs are one in 370,000. */
export class QuestionHash {
  high = 0;
  low = 0;
  /** Length of the text that was hashed last, in bytes of UTF-8. */
  bytes = 0;
  #text = Buffer.alloc(0);
  #folded = new Uint8Array(0);
  #words = new Int32Array(0);

  /** Sets `high`, `low` and `bytes` to those of a text. Two texts are the same where `normalise` makes them the same. */
  of(text: string): void {
    this.#makeRoom(text.length * MAX_BYTES_PER_UNIT);
    this.bytes = this.#text.write(text, 0, 'utf8');
    const length = this.#fold(this.bytes);
    if (length !== undefined) {
      this.#hash(length);
      return;
    }
    const normal = normalise(text);
    this.#makeRoom(normal.length * MAX_BYTES_PER_UNIT);
    this.#hash(Buffer.from(this.#folded.buffer).write(normal, 0, 'utf8'));
  }

  #makeRoom(bytes: number): void {
    // A word more, as the last one is filled up with zeros.
    if (this.#folded.length >= bytes + 4) return;
    const words = Math.ceil(bytes / 4) * 2 + 1;
    this.#text = Buffer.alloc(words * 4);
    this.#folded = new Uint8Array(words * 4);
    this.#words = new Int32Array(this.#folded.buffer);
  }

  /** Normalises ASCII without a branch, which takes half the time; `undefined` where there is more than ASCII. */
  #fold(bytes: number): number | undefined {
    const [text, folded] = [this.#text, this.#folded];
    let length = 0;
    let wasSpace = 1;
    let seen = 0;
    for (let i = 0; i < bytes; i += 1) {
      const code = text[i] as number;
      seen |= code;
      folded[length] = FOLDED[code] as number;
      const isSpace = IS_SPACE[code] as number;
      length += 1 - (isSpace & wasSpace);
      wasSpace = isSpace;
    }
    if (seen > ASCII) return undefined;
    return length > 0 && wasSpace === 1 ? length - 1 : length;
  }

  #hash(length: number): void {
    const words = this.#words;
    this.#folded.fill(0, length, length + 4);
    const count = (length + 3) >> 2;
    // The steps and the finish of MurmurHash3, in two lanes with multipliers of their own; the length tells apart texts
    // that differ in zeros at their end.
    let high = 0x9e3779b9 ^ length;
    let low = 0x85ebca6b ^ length;
    for (let i = 0; i < count; i += 1) {
      const word = words[i] as number;
      high = Math.imul(high ^ word, 0x9e3779b1);
      low = Math.imul(low ^ word, 0x5f356495);
      high ^= high >>> 15;
      low ^= low >>> 13;
    }
    this.high = finished(high);
    this.low = finished(low);
  }
}

function finished(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
