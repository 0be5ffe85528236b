/**
 * Which of the prompts seen so far are most like another one: TF-IDF of words and pairs of words, by an inverted index. Of
 * two words that are as rare, the one that tells more of the answer counts more.
 */
import { UNSPACED } from './tokens.ts';

const WORD = new RegExp(`${UNSPACED}|(?:(?!${UNSPACED})[\\p{L}\\p{M}\\p{N}])+(?:'\\p{L}+)?`, 'gu');
/** Of a text: its last ones, as what is asked mostly comes after what is always the same. */
const MAX_WORDS = 1000;
/** Of all texts, which share them evenly: what bounds the memory of an index, and the time that making it takes. */
const MAX_WORDS_OF_ALL = 2_000_000;
/** Texts looked at for one question, a text once for each term it shares, rarest terms first: what bounds its time. */
const MAX_LOOKED_AT = 10_000;

/** What words count that tell nothing of the answer, beside those that do. */
const LEAST_GAIN = 0.2;

/** A text seen before. */
export interface Neighbour {
  readonly index: number;
  /** Above 0; about 1 for the same text. */
  readonly similarity: number;
}

/** The last words of a text and pairs of them, each once. */
function termsOf(text: string, most: number): Set<string> {
  const words = (text.toLowerCase().match(WORD) ?? []).slice(-most);
  const terms = new Set(words);
  for (let i = 1; i < words.length; i += 1) terms.add(`${words[i - 1]} ${words[i]}`);
  return terms;
}

interface Posting {
  /** How much the term tells: the logarithm of how rare it is. */
  readonly idf: number;
  readonly texts: number[];
  readonly weights: number[];
}

/** An index of texts. How much a word tells is known of all of them; they are found once they were added, in their order. */
export class Neighbours {
  readonly #postings = new Map<string, Posting>();
  readonly #texts: readonly string[];
  /** Words that are looked at of a text. */
  readonly #words: number;
  readonly #scores: Float64Array;
  /** Answers by number, the same for the same one, and how often each was added. */
  readonly #answers: readonly number[];
  readonly #counts: Float64Array;
  /** For counting; zero in between. */
  readonly #tally: Float64Array;
  #added = 0;

  /** @param answers of the texts */
  constructor(texts: readonly string[], answers: readonly string[]) {
    this.#texts = texts;
    this.#words = Math.min(MAX_WORDS, Math.ceil(MAX_WORDS_OF_ALL / texts.length));
    const numbers = new Map<string, number>();
    for (const answer of answers) if (!numbers.has(answer)) numbers.set(answer, numbers.size);
    this.#answers = answers.map((answer) => numbers.get(answer) ?? 0);
    this.#counts = new Float64Array(numbers.size);
    this.#tally = new Float64Array(numbers.size);
    this.#scores = new Float64Array(texts.length);
    const counts = new Map<string, number>();
    for (const text of texts) {
      for (const term of termsOf(text, this.#words)) counts.set(term, (counts.get(term) ?? 0) + 1);
    }
    // What is in most texts tells none of them apart.
    const most = Math.max(1, texts.length / 2);
    for (const [term, count] of counts)
      if (count <= most)
        this.#postings.set(term, { idf: Math.log((texts.length + 1) / count), texts: [], weights: [] });
  }

  /** Makes the next `count` texts findable. */
  add(count: number): void {
    const end = Math.min(this.#added + count, this.#texts.length);
    for (; this.#added < end; this.#added += 1) {
      const { postings, length } = this.#lookUp(this.#texts[this.#added] ?? '');
      for (const { idf, texts, weights } of postings) {
        texts.push(this.#added);
        weights.push(idf / length);
      }
      this.#count(this.#added, 1);
    }
  }

  /** The `most` texts that are most like this one, best first; `except` is left out, and what it tells too. */
  find(text: string, most: number, except?: number): Neighbour[] {
    const { postings, length } = this.#lookUp(text);
    const scores = this.#scores;
    const touched: number[] = [];
    postings.sort((a, b) => b.idf - a.idf);
    let left = MAX_LOOKED_AT;
    if (except !== undefined) this.#count(except, -1);
    for (const { idf, texts, weights } of postings) {
      left -= texts.length;
      if (left < 0) break;
      const weight = (idf / length) * this.#gain(texts, except);
      for (let i = 0; i < texts.length; i += 1) {
        const index = texts[i] as number;
        const score = scores[index] as number;
        if (score === 0) touched.push(index);
        scores[index] = score + weight * (weights[i] as number);
      }
    }
    if (except !== undefined) this.#count(except, 1);
    const best: Neighbour[] = [];
    for (const index of touched) {
      const similarity = scores[index] as number;
      scores[index] = 0;
      if (index !== except) insert(best, { index, similarity }, most);
    }
    return best;
  }

  #count(index: number, change: number): void {
    const answer = this.#answers[index] as number;
    this.#counts[answer] = (this.#counts[answer] as number) + change;
  }

  /**
   * How far the answers of some texts are from those of all: the square root of the divergence of Kullback and Leibler,
   * smoothed by one answer more.
   */
  #gain(texts: readonly number[], except: number | undefined): number {
    const [tally, counts] = [this.#tally, this.#counts];
    const found: number[] = [];
    let size = 1;
    for (const index of texts) {
      if (index === except) continue;
      const answer = this.#answers[index] as number;
      if (tally[answer] === 0) found.push(answer);
      tally[answer] = (tally[answer] as number) + 1;
      size += 1;
    }
    const all = this.#added - (except === undefined ? 0 : 1);
    let [divergence, others] = [0, 1];
    for (const answer of found) {
      const usual = (counts[answer] as number) / all;
      const here = ((tally[answer] as number) + usual) / size;
      divergence += here * Math.log(here / usual);
      others -= usual;
      tally[answer] = 0;
    }
    divergence -= (Math.max(0, others) / size) * Math.log(size);
    return LEAST_GAIN + Math.sqrt(Math.max(0, divergence));
  }

  #lookUp(text: string): { postings: Posting[]; length: number } {
    const postings: Posting[] = [];
    let squares = 0;
    for (const term of termsOf(text, this.#words)) {
      const posting = this.#postings.get(term);
      if (!posting) continue;
      postings.push(posting);
      squares += posting.idf ** 2;
    }
    return { postings, length: Math.sqrt(squares) };
  }
}

function insert(best: Neighbour[], found: Neighbour, most: number): void {
  let place = best.length;
  for (; place > 0; place -= 1) {
    const before = best[place - 1] as Neighbour;
    if (before.similarity > found.similarity) break;
    if (before.similarity === found.similarity && before.index < found.index) break;
  }
  if (place >= most) return;
  best.splice(place, 0, found);
  if (best.length > most) best.pop();
}
