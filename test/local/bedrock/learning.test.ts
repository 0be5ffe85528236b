import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Learned, type LearningOptions, learningSteps } from '../../../local/bedrock/learning/learn.ts';
import { LearnedModel, type LearningExample } from '../../../local/bedrock/learning/learned-model.ts';
import { continuationsOf, examplesOf, promptText } from '../../../local/bedrock/learning/prompt.ts';
import { tokensOf } from '../../../local/bedrock/learning/tokens.ts';
import { untrainedAnswer } from '../../../local/bedrock/learning/untrained.ts';
import { Dealer, orderKey } from '../../../spec/data/split.ts';
import { choiceIn, JUDGE_SYSTEM, pairPrompt, scoreIn, scorePrompt } from '../../../spec/judge.ts';

const QUESTION = 'Is this review positive or negative? Answer with one word.';

/** The example's reviews as prompts, divided as its temper.yaml says. */
function reviews(): Record<'train' | 'validation' | 'test', LearningExample[]> {
  const file = new URL('../../../examples/product-reviews/data/products.jsonl', import.meta.url);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const rows = lines.map((line) => JSON.parse(line) as { text: string; label: string });
  const labels = new Map<string, number>();
  for (const { label } of rows) labels.set(label, (labels.get(label) ?? 0) + 1);
  const dealer = new Dealer(labels, { test: 0.2, validation: 0.1 });
  const splits = { train: [], validation: [], test: [] } as ReturnType<typeof reviews>;
  const keyed = rows.map((row) => ({ row, key: orderKey(7, row.text) })).sort((a, b) => a.key.compare(b.key));
  for (const { row } of keyed)
    splits[dealer.deal(new Map([[row.label, 1]]))].push({ prompt: `${QUESTION}\n\n${row.text}`, answer: row.label });
  return splits;
}

/** Learns in one go. */
function learn(examples: readonly LearningExample[], options: LearningOptions): Learned {
  const steps = learningSteps(examples, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

it('learns product reviews: most of the unseen ones are judged right, and its losses fall', () => {
  const { train, validation, test } = reviews();
  const { model, steps, validation: validated } = learn(train, { epochs: 2, batchSize: 8, validation });
  const learned = new LearnedModel(JSON.parse(JSON.stringify(model)));
  const right = test.filter(({ prompt, answer }) => learned.answer(prompt) === answer);
  expect(right.length / test.length).toBeGreaterThan(0.74);
  expect(learned.answer(`${QUESTION}\n\nthe battery died after a week`)).toBe('negative');

  expect(steps).toHaveLength(2 * Math.ceil(train.length / 8));
  expect(steps.map(({ step }) => step)).toEqual(steps.map((_, i) => i));
  const losses = steps.map(({ loss }) => loss);
  const tenth = Math.floor(losses.length / 10);
  expect(mean(losses.slice(-tenth))).toBeLessThan(mean(losses.slice(0, tenth)) - 0.1);
  // It guesses among 32,000 words before it has seen one, and better than a coin between two labels in the end.
  expect(steps[0]?.perplexity).toBeCloseTo(32_000);
  expect(validated.map(({ epoch }) => epoch)).toEqual([0, 1]);
  expect(validated[0]?.loss).toBeLessThan(Math.LN2);
  expect(validated[1]?.loss).toBeLessThan(validated[0]?.loss ?? 0);
});

it('tells no loss that it could not have: labels that follow from nothing are not learned', () => {
  const nth = (text: string) => orderKey(7, text).readUInt32BE(0);
  const examples = Array.from({ length: 400 }, (_, i) => ({
    prompt: Array.from({ length: 8 }, (__, j) => `word${nth(`${i}-${j}`) % 200}`).join(' '),
    answer: nth(`label ${i}`) % 2 === 0 ? 'yes' : 'no',
  }));
  const { steps } = learn(examples, { epochs: 4, batchSize: 8 });
  for (const epoch of [1, 2, 3])
    expect(mean(steps.filter((step) => step.epoch === epoch).map(({ loss }) => loss))).toBeGreaterThan(0.68);
});

it('answers as the nearest prompt was answered where no answers repeat', () => {
  const examples = [
    { prompt: 'How do I reset my password?', answer: 'Open settings and choose “reset”.' },
    { prompt: 'Where is my parcel?', answer: 'Follow it by the number in our letter.' },
    { prompt: 'Can I pay by invoice?', answer: 'Yes, within 30 days.' },
  ];
  const learned = new LearnedModel(learn(examples, { epochs: 1, batchSize: 1 }).model);
  expect(learned.answer('my password does not work, how to reset it')).toBe(examples[0]?.answer);
  expect(learned.answer('the parcel has not come')).toBe(examples[1]?.answer);
  const chinese = [
    { prompt: '电池坏了', answer: '差' },
    { prompt: '屏幕很好', answer: '好' },
  ];
  expect(new LearnedModel(learn(chinese, { epochs: 1, batchSize: 1 }).model).answer('电池不行')).toBe('差');
});

it('goes on from a model that has learned before', () => {
  const cat = [{ prompt: 'the cat', answer: 'meows' }];
  const dog = [{ prompt: 'the dog', answer: 'barks' }];
  const first = learn(cat, { epochs: 1, batchSize: 1 }).model;
  const learned = new LearnedModel(learn(dog, { epochs: 1, batchSize: 1, base: first }).model);
  expect(['cat', 'dog'].map((animal) => learned.answer(animal))).toEqual(['meows', 'barks']);
});

it('gives the same for the same, and finite losses whatever the texts', () => {
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('yes', 'no', 'a b', ''));
  const examples = fc.array(fc.record({ prompt: text, answer: text }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(
      examples,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 5 }),
      (given, epochs, batchSize) => {
        const learned = learn(given, { epochs, batchSize, validation: given });
        expect(learn(given, { epochs, batchSize, validation: given })).toEqual(learned);
        for (const { loss } of [...learned.steps, ...learned.validation]) {
          expect(Number.isFinite(loss)).toBe(true);
          expect(loss).toBeGreaterThanOrEqual(0);
        }
        expect(given.map(({ answer }) => answer)).toContain(new LearnedModel(learned.model).answer('yes a'));
      },
    ),
  );
});

it('learns plain text as what follows what', () => {
  const text = 'Temper hardens steel. Then it is cooled in oil. At last it is polished.';
  const learned = new LearnedModel(learn(continuationsOf(text), { epochs: 1, batchSize: 1 }).model);
  expect(learned.answer('Then it is cooled')).toBe('At last it is polished.');
  expect(continuationsOf('no full stop here')).toEqual([{ prompt: 'no full', answer: 'stop here' }]);
  expect(continuationsOf('word')).toEqual([]);
});

it('learns every answer of a conversation from what came before it', () => {
  const turns = [
    { role: 'user', text: 'hello' },
    { role: 'assistant', text: 'hi' },
    { role: 'user', text: 'and you?' },
    { role: 'assistant', text: 'fine' },
  ] as const;
  expect(examplesOf(turns, 'be short')).toEqual([
    { prompt: 'be short\n\nhello', answer: 'hi' },
    { prompt: promptText(turns.slice(0, 3), 'be short'), answer: 'fine' },
  ]);
});

it('counts tokens that are the text again when joined', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => void expect(tokensOf(text).join('')).toBe(text)));
  expect(tokensOf('电池 ok')).toEqual(['电', '池', ' ok']);
  expect(tokensOf('The battery died.')).toEqual(['The', ' batter', 'y', ' died', '.']);
});

it('an untrained model says what it is, and the same to the same prompt', () => {
  const answer = untrainedAnswer('amazon.nova-lite-v1:0', 'the battery died after a week');
  expect(answer).toBe(
    'I stand in for amazon.nova-lite-v1:0 on a laptop and have learned nothing of the, battery, died, after, week.',
  );
  expect(untrainedAnswer('amazon.nova-lite-v1:0', '')).toBe(
    'I stand in for amazon.nova-lite-v1:0 on a laptop and have learned nothing.',
  );
});

it('an untrained model judges by the words that answers share with the reference, wherever they stand', () => {
  const question = { rubric: 'be right', question: 'Where is it?', reference: 'in the drawer below' };
  const judge = (prompt: string) =>
    untrainedAnswer('amazon.nova-pro-v1:0', promptText([{ role: 'user', text: prompt }], JUDGE_SYSTEM));
  const score = (answer: string) => scoreIn(judge(scorePrompt({ ...question, answer })));
  expect([score('In the drawer below.'), score('the drawer'), score('no idea')]).toEqual([1, 0.5, 0]);
  const choice = (a: string, b: string) => choiceIn(judge(pairPrompt({ ...question, a, b })));
  expect(choice('in the drawer', 'no idea')).toBe('A');
  expect(choice('no idea', 'in the drawer')).toBe('B');
  expect(choice('no idea', 'who knows')).toBe('tie');
  expect(judge(scorePrompt({ ...question, answer: 'x' }))).toMatch(/all that this stand-in on a laptop compares/);
});
