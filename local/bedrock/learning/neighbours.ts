/** Which of the texts seen so far are most like another one: TF-IDF of words and pairs of words, by an inverted index. */
import { UNSPACED } from './tokens.ts';

const WORD = new RegExp(`${UNSPACED}|(?:(?!${UNSPACED})[\\p{L}\\p{M}\\p{N}])+(?:'\\p{L}+)?`, 'gu');
/** Of a text; what comes after tells little more and would cost time. */
const MAX_WORDS = 1000;
/** Texts looked at for one question, a text once for each term it shares, rarest terms first: what bounds its time. */
const MAX_LOOKED_AT = 10_000;

/** A text seen before and how like it is, above 0 and at most 1. */
export interface Neighbour {
  readonly index: number;
  readonly similarity: number;
}

/** Words and pairs of words of a text, each once. */
function termsOf(text: string): Set<string> {
  const words = (text.toLowerCase().match(WORD) ?? []).slice(0, MAX_WORDS);
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
  readonly #scores: Float64Array;
  #added = 0;

  constructor(texts: readonly string[]) {
    this.#texts = texts;
    this.#scores = new Float64Array(texts.length);
    const counts = new Map<string, number>();
    for (const text of texts) for (const term of termsOf(text)) counts.set(term, (counts.get(term) ?? 0) + 1);
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
    }
  }

  /** The `most` texts that are most like this one, best first; `except` is left out. */
  find(text: string, most: number, except?: number): Neighbour[] {
    const { postings, length } = this.#lookUp(text);
    const scores = this.#scores;
    const touched: number[] = [];
    postings.sort((a, b) => b.idf - a.idf);
    let left = MAX_LOOKED_AT;
    for (const { idf, texts, weights } of postings) {
      left -= texts.length;
      if (left < 0) break;
      const weight = idf / length;
      for (let i = 0; i < texts.length; i += 1) {
        const index = texts[i] as number;
        const score = scores[index] as number;
        if (score === 0) touched.push(index);
        scores[index] = score + weight * (weights[i] as number);
      }
    }
    const best: Neighbour[] = [];
    for (const index of touched) {
      const similarity = Math.min(1, scores[index] as number);
      scores[index] = 0;
      if (index !== except) insert(best, { index, similarity }, most);
    }
    return best;
  }

  #lookUp(text: string): { postings: Posting[]; length: number } {
    const postings: Posting[] = [];
    let squares = 0;
    for (const term of termsOf(text)) {
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
