/** What evaluation jobs of the laptop region compute. docs/laptop-bedrock.md says where AWS computes something else. */
import { scoreIn, scorePrompt } from '../../../spec/judge.ts';
import { labelReader } from '../../../spec/scoring/labels.ts';
import { overlapOf } from '../../../spec/scoring/token-overlap.ts';

/** Metrics that need no judge. */
export const PROGRAMMATIC = ['Builtin.Accuracy', 'Builtin.Robustness'];

/** What a judge is to look at; this region's compares words with the reference, whichever of them is asked. */
export const JUDGED = [
  'Builtin.Correctness',
  'Builtin.Completeness',
  'Builtin.Faithfulness',
  'Builtin.Helpfulness',
  'Builtin.Coherence',
  'Builtin.Relevance',
  'Builtin.FollowingInstructions',
  'Builtin.ProfessionalStyleAndTone',
];

export interface Score {
  readonly metricName: string;
  readonly result: number | null;
  readonly evaluatorDetails?: readonly { readonly modelIdentifier: string; readonly explanation: string }[];
}

/**
 * From 0 to 1: of a class whether it is the right one, of general text whether it holds the reference, of answers and
 * summaries the F1 of their words, for which AWS takes the BERTScore of summaries.
 */
export function accuracyOf(taskType: string, reference: string, response: string): number {
  if (taskType === 'Classification') return labelReader([reference])(response) === reference ? 1 : 0;
  if (taskType === 'Generation') return response.toLowerCase().includes(reference.toLowerCase()) ? 1 : 0;
  return overlapOf(reference, response).f1;
}

/** The prompt with small changes that leave its meaning: lower case, a mistyped word, capitals, spaces. */
export function perturbed(prompt: string): string[] {
  const words = prompt.split(' ');
  const each = (nth: number, change: (word: string) => string): string =>
    words.map((word, i) => (i % nth === nth - 1 ? change(word) : word)).join(' ');
  return [
    prompt.toLowerCase(),
    each(5, (word) => word.slice(0, 1) + word.slice(2)),
    each(3, (word) => word.toUpperCase()),
    words.join('  '),
  ];
}

/**
 * How much answers change by small changes of the prompt, in percent: of general text the rate of words that become
 * others, else how far the accuracy falls.
 */
export function robustnessOf(
  taskType: string,
  reference: string | undefined,
  response: string,
  changed: readonly string[],
): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  if (taskType === 'Generation' || reference === undefined)
    return 100 * mean(changed.map((each) => wordErrorRate(response, each)));
  const before = accuracyOf(taskType, reference, response);
  const after = mean(changed.map((each) => accuracyOf(taskType, reference, each)));
  return before === 0 ? 0 : (100 * Math.abs(before - after)) / before;
}

/** Words to replace, add or leave out, by words of the first text. */
function wordErrorRate(from: string, to: string): number {
  const [a, b] = [from, to].map((text) => text.split(/\s+/).filter((word) => word !== '')) as [string[], string[]];
  let row = b.map((_, i) => i + 1);
  row.unshift(0);
  for (const [i, word] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) {
      const replaced = (row[j] ?? 0) + (word === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return (row.at(-1) ?? 0) / Math.max(1, a.length);
}

/** What a judge is asked of one answer; without a reference, it has the prompt to compare with. */
export function judgePrompt(rubric: string, prompt: string, reference: string | undefined, answer: string): string {
  return scorePrompt({ rubric, question: prompt, reference: reference ?? prompt, answer });
}

/** A judge's verdict as a score from 0 to 1, or on the scale that was given; `null` where it is none. */
export function judgedScore(
  metricName: string,
  verdict: string,
  modelIdentifier: string,
  scale?: { readonly least: number; readonly most: number },
): Score {
  const score = scoreIn(verdict);
  const { reason = verdict } = score === undefined ? {} : (JSON.parse(verdict) as { reason?: string });
  const result = score === undefined ? null : scale ? scale.least + score * (scale.most - scale.least) : score;
  return { metricName, result, evaluatorDetails: [{ modelIdentifier, explanation: reason }] };
}
