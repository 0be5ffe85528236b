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
  const attempts = records.flatMap((record, row) => {
    const prompt = promptOf(record);
    const others = Array.from(
      { length: Math.min(samples, known.length) },
      (_, index) => known[(row + index) % known.length],
    );
    const tried = new Set([untrainedAnswer(model, prompt), references[row], ...others]);
    return [...tried]
      .filter((answer) => answer !== undefined)
      .slice(0, samples)
      .map((answer) => ({ row, example: { prompt, answer }, sample: sampleOf(record, answer) }));
  });
  const rewards = await grade(attempts.map(({ sample }) => sample));
  const best: { readonly example: LearningExample; readonly reward: number }[] = [];
  for (const [index, { row, example }] of attempts.entries()) {
    const reward = rewards[index] ?? 0;
    if (reward > (best[row]?.reward ?? Number.NEGATIVE_INFINITY)) best[row] = { example, reward };
  }
  return best.map(({ example }) => example);
}

/** Of a log with an answer, what was asked. */
function promptOf({ open, examples }: Record): string {
  return open ?? examples[0]?.prompt ?? '';
}

/** As a grader gets it, less its id: the conversation with the answer, and what else the record has. */
function sampleOf(record: Record, answer: string): Json {
  const { messages, ...metadata } = record.graded ?? { messages: [{ role: 'user', content: promptOf(record) }] };
  return { messages: [...(messages as unknown[]), { role: 'assistant', content: answer }], metadata };
}

function textOf(reference: unknown): string | undefined {
  if (reference === undefined || reference === null) return undefined;
  return typeof reference === 'string' ? reference : JSON.stringify(reference);
}
