/** `data:` of `temper.yaml`. */
import { z } from 'zod';
import { relativePath } from './values.ts';

const fraction = z.number().min(0).max(0.9);

const columns = z
  .strictObject({
    text: z
      .string()
      .min(1)
      .default('text')
      .meta({ description: 'Field of the source that holds the text; scripts find it as `text`.' }),
    label: z.string().min(1).default('label').meta({
      description: 'Field of the source that holds the label, text or a number; scripts find it as `label`, as text.',
    }),
  })
  .prefault({})
  .meta({ description: 'Which fields of the source are used; the others are left out.' });

export const data = z
  .strictObject({
    source: relativePath
      .optional()
      .meta({ description: 'File, directory or glob of JSON Lines; split as `split` says.' }),
    train: relativePath.optional().meta({ description: 'The training split, where splits are given as files.' }),
    validation: relativePath.optional().meta({ description: 'The validation split, given as a file.' }),
    test: relativePath.optional().meta({ description: 'The test split, given as a file.' }),
    columns,
    split: z
      .strictObject({
        test: fraction.default(0.2).meta({ description: 'Share of rows held out for evaluation.' }),
        validation: fraction.default(0).meta({ description: 'Share of rows for validation while training.' }),
        seed: z
          .int()
          .min(0)
          .default(0)
          .meta({ description: 'Another seed, another split; the same seed, the same split.' }),
      })
      .refine((split) => split.test + split.validation < 1, 'test and validation together leave nothing to train on')
      .optional()
      .meta({
        description: 'How `source` is divided: label by label, no text on two sides; the rest is for training.',
      }),
  })
  .superRefine((value, context) => {
    const given = ['train', 'validation', 'test'].filter((key) => key in value && value[key as 'train'] !== undefined);
    if (value.source === undefined && value.train === undefined) {
      context.addIssue({ code: 'custom', message: 'give source: (a file, directory or glob), or train: and test:' });
    }
    if (value.source !== undefined && given.length > 0) {
      context.addIssue({
        code: 'custom',
        message: `source: is split by Temper, so ${given.join(', ')} cannot be given too`,
      });
    }
    if (value.split !== undefined && value.source === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['split'],
        message: 'split: goes with source:, these splits are given',
      });
    }
  })
  .transform((value) =>
    value.source === undefined ? value : { ...value, split: value.split ?? { test: 0.2, validation: 0, seed: 0 } },
  )
  .meta({
    description:
      'Rows of JSON Lines: one source to split, or splits of your own. Held in memory while the data stage runs: about 3 bytes of RAM for each byte of data.',
  });
