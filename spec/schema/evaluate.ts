/** `serve:`, `evaluate:` and `gate:` of `temper.yaml`: how a model answers, is scored, and passes. */
import { z } from 'zod';
import { parseRule } from '../gate.ts';
import { METRICS } from '../metrics.ts';
import { duration, instance, relativePath } from './values.ts';

export const serve = z
  .strictObject({
    script: relativePath
      .default('inference.py')
      .meta({ description: 'Serving script, in the directory of the training script.' }),
    image: z.string().min(1).optional().meta({ description: "Serving image, where it is not the training job's." }),
  })
  .prefault({})
  .meta({ description: 'What serves the model, in evaluation and at the endpoint.' });

export const evaluate = z
  .strictObject({
    metrics: z.array(z.enum(METRICS)).min(1).optional().meta({
      description:
        'The scores to show: of classifiers `accuracy` and `f1_macro` where not given; of completions and chats `exact_match` and `token_f1`.',
    }),
    instance: instance.default('ml.m5.large').meta({ description: 'Machine of the batch transform jobs.' }),
    maxRuntime: duration.default('1h').meta({ description: 'Each of them is stopped after this long.' }),
  })
  .meta({ description: 'Scores the model, and its base, on the test split; not done where left out.' });

const rule = z.string().superRefine((text, context) => {
  try {
    const { metric, relativeTo, offset } = parseRule(text);
    if (relativeTo || (offset >= 0 && offset <= 1)) return;
    const meant = offset > 1 && offset <= 100 ? `; did you mean ${formatShare(offset / 100)}?` : '';
    context.addIssue({ code: 'custom', message: `${text}: ${metric} lies between 0 and 1${meant}` });
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as RangeError).message });
  }
});

/** Two decimals at least, no rounding error: 0.70, 0.925. */
const formatShare = (share: number): string => {
  const text = String(Number(share.toFixed(6)));
  return text.length < 4 ? share.toFixed(2) : text;
};

export const gate = z
  .array(rule)
  .default([])
  .meta({ description: 'Conditions that must all hold, such as accuracy >= base + 0.05.' });
