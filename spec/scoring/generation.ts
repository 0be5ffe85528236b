import { Bleu } from './bleu.ts';
import { conformance, jsonIn } from './json-answers.ts';
import { rougeL } from './rouge-l.ts';
import type { Answer, Scorer, Scores } from './scorer.ts';
import { overlapOf } from './token-overlap.ts';

/** Means over the rows, except for BLEU, which is one of all rows together. */
export class GenerationScorer implements Scorer {
  readonly #conforms: ((value: unknown) => boolean) | undefined;
  readonly #bleu = new Bleu();
  readonly #sums = { exact_match: 0, token_f1: 0, rouge_l: 0, json_valid: 0, json_schema: 0 };
  #rows = 0;

  constructor(schema?: object) {
    this.#conforms = schema && conformance(schema);
  }

  add({ expected, prediction }: Answer) {
    const { exact, f1 } = overlapOf(expected, prediction);
    const json = jsonIn(prediction);
    const row = {
      exact_match: exact,
      token_f1: f1,
      rouge_l: rougeL(expected, prediction),
      json_valid: json !== undefined,
      ...(this.#conforms ? { json_schema: json !== undefined && this.#conforms(json.value) } : {}),
    };
    for (const [metric, value] of Object.entries(row)) this.#sums[metric as keyof typeof row] += Number(value);
    this.#bleu.add(expected, prediction);
    this.#rows += 1;
    return { expected, prediction, ...row };
  }

  scores(): Scores {
    if (this.#rows === 0) throw new RangeError('no rows to score');
    const { exact_match, token_f1, rouge_l, json_valid, json_schema } = this.#sums;
    return {
      rows: this.#rows,
      metrics: {
        exact_match: exact_match / this.#rows,
        token_f1: token_f1 / this.#rows,
        rouge_l: rouge_l / this.#rows,
        bleu: this.#bleu.score(),
        json_valid: json_valid / this.#rows,
        ...(this.#conforms ? { json_schema: json_schema / this.#rows } : {}),
      },
    };
  }
}
