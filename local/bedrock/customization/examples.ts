/** What a job learns from its records: their answers, those of a teacher, or those that a grader likes best. */
import type { Json } from '../../aws/model.ts';
import type { LearningExample } from '../learning/learned-model.ts';
import { untrainedAnswer } from '../learning/untrained.ts';
import type { Grade } from './grader.ts';
import type { Record } from './records.ts';

/** Records with their answers; where one is a prompt alone, the teacher answers, as any base model does here. */
export function answered(records: readonly Record[], teacher: string | undefined): LearningExample[] {
  return records.flatMap(({ examples, open }) =>
    open !== undefined && teacher !== undefined
      ? [...examples, { prompt: open, answer: untrainedAnswer(teacher, open) }]
      : examples,
  );
}

export interface Reinforcement {
  readonly grade: Grade;
  /** Id of the model that answers before it has learned. */
  readonly model: string;
  /** Answers that are tried for each prompt, from 2. */
  readonly samples: number;
}

/**
 * Tries answers to each prompt and keeps the one that the grader gives most. What is tried is what the untrained model
 * says, and answers of the same file, the record's own among them: it is for the grader to tell which is right. Of
 * several with the same reward the first stays, which is the untrained one, so that nothing is learned where the grader
 * sees no difference.
 */
export async function reinforced(
  records: readonly Record[],
  { grade, model, samples }: Reinforcement,
): Promise<LearningExample[]> {
  const references = records.map(({ graded }) => textOf(graded?.reference_answer));
  const known = [...new Set(references.filter((text) => text !== undefined))];
  const attempts = records.flatMap(({ open = '', graded = { messages: [] } }, row) => {
    const own = references[row];
    const others = Array.from(
      { length: Math.min(samples, known.length) },
      (_, index) => known[(row + index) % known.length],
    );
    const tried = new Set([untrainedAnswer(model, open), own, ...others].filter((text) => text !== undefined));
    return [...tried]
      .slice(0, samples)
      .map((answer) => ({ row, prompt: open, answer, sample: sampleOf(graded, answer) }));
  });
  const rewards = await grade(attempts.map(({ sample }) => sample));
  const best: { readonly prompt: string; readonly answer: string; readonly reward: number }[] = [];
  for (const [index, { row, prompt, answer }] of attempts.entries()) {
    const reward = rewards[index] ?? 0;
    if (reward > (best[row]?.reward ?? Number.NEGATIVE_INFINITY)) best[row] = { prompt, answer, reward };
  }
  return best.map(({ prompt, answer }) => ({ prompt, answer }));
}

/** As a grader gets it, less its id: the conversation with the answer, and what else the record has. */
function sampleOf({ messages, ...metadata }: Json, answer: string): Json {
  return { messages: [...(messages as unknown[]), { role: 'assistant', content: answer }], metadata };
}

function textOf(reference: unknown): string | undefined {
  if (reference === undefined || reference === null) return undefined;
  return typeof reference === 'string' ? reference : JSON.stringify(reference);
}
