/** How often drift is called where there is none, and found where there is, in the reviews of the examples. */

import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DriftCounter, type DriftMeasure, type Reference } from '../../../spec/monitoring/drift.ts';
import { questionIn } from '../../../spec/monitoring/observe.ts';
import { ReferenceBuilder } from '../../../spec/monitoring/reference.ts';

interface Review {
  readonly text: string;
  readonly label: string;
}

const reviewsOf = (example: string): Review[] =>
  readFileSync(new URL(`../../../examples/${example}`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Review);

const products = reviewsOf('product-reviews/data/products.jsonl');
const movies = reviewsOf('movie-reviews/data/movies.jsonl').slice(0, 200);

/** In another order for each seed, and the same for the same. */
function shuffled<T>(values: readonly T[], seed: string): T[] {
  const keyed = values.map((value, i) => ({ value, key: hash('sha256', `${seed} ${i}`) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ value }) => value);
}

const OF = ['text', 'label'];

function trainedOn(reviews: readonly Review[]): Reference {
  const builder = new ReferenceBuilder(OF);
  for (const review of reviews) {
    builder.addQuestion(questionIn(review));
    builder.addAnswer(review.label);
  }
  return builder.build();
}

function measured(reference: Reference, asked: readonly Review[]): DriftMeasure {
  // Lower than any that makes sense: what is left is chance.
  const counter = new DriftCounter(reference, { of: OF, psi: 0.01, newCategories: 0.1, minRows: 20, window: '7d' });
  for (const review of asked) counter.add({ ...questionIn(review), answer: review.label });
  return counter.measure();
}

const drifted = ({ features }: DriftMeasure): number => features.filter((feature) => feature.drifted).length;

it('of the same kind of reviews, few in a thousand looks are called drift, however few rows and however low the limit', () => {
  let [called, looks] = [0, 0];
  for (let split = 0; split < 12; split += 1) {
    const order = shuffled(products, `split ${split}`);
    const reference = trainedOn(order.slice(0, 2_000));
    for (let i = 0; i < 20; i += 1) {
      const asked = shuffled(order.slice(2_000), `asked ${i}`);
      for (const rows of [20, 50, 200]) {
        const measure = measured(reference, asked.slice(0, rows));
        called += drifted(measure);
        looks += measure.features.length;
      }
    }
  }
  expect(looks).toBe(2_880);
  expect(called).toBeLessThanOrEqual(8);
});

it('of reviews of films, each look is', () => {
  const reference = trainedOn(products);
  for (let i = 0; i < 20; i += 1) {
    const asked = shuffled(movies, `asked ${i}`).slice(0, 50);
    expect(drifted(measured(reference, asked))).toBeGreaterThan(0);
  }
});
