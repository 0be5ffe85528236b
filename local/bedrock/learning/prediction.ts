/**
 * How probable an answer is to a model that remembers examples: each word of it comes from the answers of the
 * neighbours, weighed by how like their prompts are, or, where those know little, from all answers seen so far.
 */
import type { Neighbour } from './neighbours.ts';

/** As many words as if it could say anything: what a model that has seen nothing guesses among. */
const VOCABULARY = 32_000;

/** The two numbers that are fitted while examples are learned. */
export interface Weighing {
  /** A neighbour counts by its similarity to the power of this. */
  readonly sharpness: number;
  /** What all answers count beside the neighbours. */
  readonly reserve: number;
}

export const UNFITTED: Weighing = { sharpness: 1, reserve: 1 };

/** How far a step goes at first, and after how many it goes about two thirds as far. */
const RATE = 1;
const SLOWING = 100;
const SHARPNESS = { least: 0.5, most: 4 };
const RESERVE = { least: 1e-4, most: 10 };
const within = (value: number, { least, most }: { least: number; most: number }): number =>
  Math.min(most, Math.max(least, value));

/** How often each word was in the answers seen so far. */
export class WordCounts {
  readonly #counts = new Map<string, number>();
  #total = 0;

  add(words: readonly string[]): void {
    for (const word of words) this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
    this.#total += words.length;
  }

  /** Forgets words that were added. */
  remove(words: readonly string[]): void {
    for (const word of words) {
      const left = (this.#counts.get(word) ?? 0) - 1;
      if (left > 0) this.#counts.set(word, left);
      else this.#counts.delete(word);
    }
    this.#total -= words.length;
  }

  /** By Witten and Bell: what is new is as probable as new words were so far. */
  probability(word: string): number {
    const kinds = this.#counts.size + 1;
    return ((this.#counts.get(word) ?? 0) + kinds / VOCABULARY) / (this.#total + kinds);
  }
}

/** Log loss, in nats, of the words of a batch, and where the weighing should go. */
export class Loss {
  #sum = 0;
  #words = 0;
  #bySharpness = 0;
  #byLogReserve = 0;
  readonly #weighing: Weighing;
  readonly #counts: WordCounts;

  constructor(weighing: Weighing, counts: WordCounts) {
    this.#weighing = weighing;
    this.#counts = counts;
  }

  /** @param answers words of all remembered answers, by index */
  add(expected: readonly string[], neighbours: readonly Neighbour[], answers: readonly (readonly string[])[]): void {
    const { sharpness, reserve } = this.#weighing;
    const voted = new Map<string, { weight: number; slope: number }>();
    let [weights, slopes] = [0, 0];
    for (const { index, similarity } of neighbours) {
      const answer = answers[index] ?? [];
      const weight = similarity ** sharpness;
      const slope = weight * Math.log(similarity);
      weights += weight;
      slopes += slope;
      for (const word of answer) {
        const vote = voted.get(word) ?? { weight: 0, slope: 0 };
        voted.set(word, vote);
        vote.weight += weight / answer.length;
        vote.slope += slope / answer.length;
      }
    }
    for (const word of expected) {
      const { weight, slope } = voted.get(word) ?? { weight: 0, slope: 0 };
      const common = this.#counts.probability(word);
      const share = weight + reserve * common;
      const whole = weights + reserve;
      this.#sum -= Math.log(share / whole);
      this.#bySharpness -= slope / share - slopes / whole;
      this.#byLogReserve -= reserve * (common / share - 1 / whole);
    }
    this.#words += expected.length;
  }

  /** Mean over the words; 0 where there were none. */
  get mean(): number {
    return this.#words === 0 ? 0 : this.#sum / this.#words;
  }

  /** The weighing after a step down the slope; the first is step 0, and later ones are smaller. */
  fitted(stepNumber: number): Weighing {
    const rate = RATE / Math.sqrt(1 + stepNumber / SLOWING);
    const { sharpness, reserve } = this.#weighing;
    const step = (slope: number): number => within(-slope / Math.max(1, this.#words), { least: -1, most: 1 }) * rate;
    return {
      sharpness: within(sharpness + step(this.#bySharpness), SHARPNESS),
      reserve: within(reserve * Math.exp(step(this.#byLogReserve)), RESERVE),
    };
  }
}
