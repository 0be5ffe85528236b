import type { Learned } from '../learning/learn.ts';

/** As AWS's own samples find it; its documentation has a path without the last directory. */
const VALIDATION = 'validation_artifacts/post_fine_tuning_validation/validation/validation_metrics.csv';

const NOTE = `These losses are real, and not those of a language model: this job ran in Temper's laptop region, where a stand-in learns
by remembering its examples. docs/laptop-bedrock.md of Temper says how.
`;

/** What a job leaves in its output, by path. */
export function metricFiles(steps: Learned['steps'], validation: Learned['validation']): Record<string, string> {
  const csv = (loss: string, rows: readonly (Learned['steps'][number] | Learned['validation'][number])[]) =>
    [
      `step_number,epoch_number,${loss},perplexity`,
      ...rows.map((row) => [row.step, row.epoch, row.loss, row.perplexity].join(',')),
      '',
    ].join('\n');
  return {
    'training_artifacts/step_wise_training_metrics.csv': csv('training_loss', steps),
    ...(validation.length > 0 && { [VALIDATION]: csv('validation_loss', validation) }),
    'STAND-IN.txt': NOTE,
  };
}
