import { Neighbours } from './neighbours.ts';
import { UNFITTED, type Weighing } from './prediction.ts';

/** What is learned: a prompt, system text and earlier turns included, and what was answered. */
export interface LearningExample {
  readonly prompt: string;
  readonly answer: string;
}

/** A learned model as it lies on the disk: JSON. */
export interface SavedModel {
  readonly format: 1;
  readonly examples: readonly LearningExample[];
  readonly weighing: Weighing;
}

/** Neighbours that a prediction looks at. */
export const NEIGHBOURS = 16;

/** A model that remembers what it was shown, and answers as the most similar prompts were answered. */
export class LearnedModel {
  readonly #saved: SavedModel;
  readonly #index: Neighbours;
  /** For prompts that are like none: the most frequent answer, the first of several. */
  readonly #usual: string;

  constructor(saved: SavedModel) {
    this.#saved = saved;
    this.#index = new Neighbours(
      saved.examples.map(({ prompt }) => prompt),
      saved.examples.map(({ answer }) => answer),
    );
    this.#index.add(saved.examples.length);
    const answers = new Map<string, number>();
    for (const { answer } of saved.examples) answers.set(answer, (answers.get(answer) ?? 0) + 1);
    this.#usual = heaviest(answers);
  }

  /** The answer with most weight among the nearest examples: a vote where answers repeat, else the nearest one's. */
  answer(prompt: string): string {
    const { examples, weighing } = this.#saved;
    const votes = new Map<string, number>();
    for (const { index, similarity } of this.#index.find(prompt, NEIGHBOURS)) {
      const { answer = '' } = examples[index] ?? {};
      votes.set(answer, (votes.get(answer) ?? 0) + similarity ** weighing.sharpness);
    }
    return votes.size === 0 ? this.#usual : heaviest(votes);
  }
}

function heaviest(weights: ReadonlyMap<string, number>): string {
  let best = { answer: '', weight: 0 };
  for (const [answer, weight] of weights) if (weight > best.weight) best = { answer, weight };
  return best.answer;
}

/** A model that has been shown nothing. */
export const NOTHING_LEARNED: SavedModel = { format: 1, examples: [], weighing: UNFITTED };
