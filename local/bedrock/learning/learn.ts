/**
 * How a customization job of the laptop region learns: a plain, honest stand-in for fine-tuning. It remembers examples and
 * fits how to weigh them; the losses it tells are its own, of rows that it had not seen or that were left out.
 */
import { type LearningExample, NEIGHBOURS, NOTHING_LEARNED, type SavedModel } from './learned-model.ts';
import { type Neighbour, Neighbours } from './neighbours.ts';
import { Loss, type Weighing, WordCounts } from './prediction.ts';

/** More are not remembered, the first ones are: about what AWS takes at most. */
export const MAX_EXAMPLES = 20_000;
/** Of an answer, that losses are counted of. */
const MAX_ANSWER_WORDS = 512;

export interface LearningOptions {
  /** From 1. */
  readonly epochs: number;
  /** Examples of a step, from 1. */
  readonly batchSize: number;
  /** What a loss is told of after each epoch. */
  readonly validation?: readonly LearningExample[];
  /** The model that is customized further, if it has learned something already. */
  readonly base?: SavedModel;
}

/** A line of the step-wise metrics. Losses are means of nats per word of the answers. */
export interface LearningStep {
  /** From 0, as Bedrock counts steps and epochs. */
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  /** e to the power of the loss. */
  readonly perplexity: number;
}

export interface ValidationLoss {
  readonly epoch: number;
  readonly step: number;
  readonly loss: number;
  readonly perplexity: number;
}

export interface Learned {
  readonly model: SavedModel;
  readonly steps: readonly LearningStep[];
  /** One for each epoch; none without validation examples. */
  readonly validation: readonly ValidationLoss[];
}

/**
 * Learns step by step, so that whoever drives it can do other things in between, or give up. The same input gives the
 * same model, bit by bit.
 *
 * In the first epoch each batch is predicted by what came before it, and remembered then. From the second on, each
 * example is predicted by all others. Throws a `RangeError` where there are no examples.
 */
export function* learningSteps(
  given: readonly LearningExample[],
  { epochs, batchSize, validation = [], base = NOTHING_LEARNED }: LearningOptions,
): Generator<LearningStep, Learned> {
  if (given.length === 0) throw new RangeError('no examples to learn from');
  const examples = [...base.examples, ...given].slice(0, MAX_EXAMPLES);
  const first = Math.min(base.examples.length, examples.length - 1);
  const answers = examples.map(({ answer }) => wordsOf(answer));
  const index = new Neighbours(
    examples.map(({ prompt }) => prompt),
    examples.map(({ answer }) => answer),
  );
  const counts = new WordCounts();
  const remember = (start: number, end: number): void => {
    index.add(end - start);
    for (const words of answers.slice(start, end)) counts.add(words);
  };
  remember(0, first);

  const neighboursOf: Neighbour[][] = [];
  const nearest = (row: number, epoch: number): Neighbour[] => {
    const prompt = examples[row]?.prompt ?? '';
    if (epoch === 0) return index.find(prompt, NEIGHBOURS);
    neighboursOf[row] ??= index.find(prompt, NEIGHBOURS, row);
    return neighboursOf[row];
  };
  let held: { words: string[]; neighbours: Neighbour[] }[] | undefined;
  const validationLoss = (weighing: Weighing): number => {
    held ??= validation.map(({ prompt, answer }) => ({
      words: wordsOf(answer),
      neighbours: index.find(prompt, NEIGHBOURS),
    }));
    const loss = new Loss(weighing, counts);
    for (const { words, neighbours } of held) loss.add(words, neighbours, answers);
    return loss.mean;
  };

  let { weighing } = base;
  const steps: LearningStep[] = [];
  const validated: ValidationLoss[] = [];
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    for (let start = first; start < examples.length; start += batchSize) {
      const end = Math.min(start + batchSize, examples.length);
      const loss = new Loss(weighing, counts);
      for (let row = start; row < end; row += 1) {
        const answer = answers[row] ?? [];
        // What is predicted by all others is not among them.
        if (epoch > 0) counts.remove(answer);
        loss.add(answer, nearest(row, epoch), answers);
        if (epoch > 0) counts.add(answer);
      }
      weighing = loss.fitted(steps.length);
      if (epoch === 0) remember(start, end);
      const step = { step: steps.length, epoch, loss: loss.mean, perplexity: Math.exp(loss.mean) };
      steps.push(step);
      yield step;
    }
    if (validation.length === 0) continue;
    const loss = validationLoss(weighing);
    validated.push({ epoch, step: steps.length - 1, loss, perplexity: Math.exp(loss) });
  }
  return { model: { format: 1, examples, weighing }, steps, validation: validated };
}

/** What white space separates: a label is one word, so that its loss is that of a classifier. */
function wordsOf(answer: string): string[] {
  return (answer.match(/\S+/g) ?? []).slice(0, MAX_ANSWER_WORDS);
}
