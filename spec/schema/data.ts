/** `data:` of `temper.yaml`. */
import { z } from 'zod';
import { COLUMNS, type ColumnName, columnsOf, FORMAT_NAMES, possibleFormats } from '../data/formats.ts';
import { duration } from './values.ts';

const fraction = z.number().min(0).max(0.9);

const field = (description: string) => z.string().min(1).optional().meta({ description });

const columns = z
  .strictObject({
    text: field('Field that holds the text; `text` where not given.'),
    label: field('Field that holds the label, text or a number; scripts find it as text.'),
    prompt: field('Field that holds the prompt.'),
    completion: field('Field that holds what is to follow the prompt.'),
    messages: field('Field that holds the messages of a conversation, `{role, content}` each.'),
    conversations: field('The same in the format of ShareGPT, `{from, value}` each.'),
    instruction: field('Field that holds the instruction, in the format of Alpaca.'),
    input: field('Field that holds what the instruction is about, which may be empty; or a text to go on with.'),
    output: field('Field that holds the answer to the instruction.'),
    system: field('Field that holds the system prompt.'),
    reference_answer: field('Field that holds what a grader holds answers against, in the format `prompts`.'),
  } satisfies Record<ColumnName, z.ZodType>)
  .prefault({})
  .meta({
    description:
      'Which fields of the source are used, where they have other names than these; the others are left out. ' +
      'Scripts find the rows under the names of their kind.',
  });

const format = z.enum(FORMAT_NAMES).optional().meta({
  description: 'How the rows are written; found out from the first rows where not given.',
});

const dataPath = z
  .string()
  .min(1)
  .regex(/^(?:s3:\/\/[^/]+|(?![a-z0-9]+:\/\/).*)/s, 'give a path on this machine or an s3:// address');

export const data = z
  .strictObject({
    source: dataPath
      .optional()
      .meta({ description: 'File, directory, glob, or s3:// object or prefix; split as `split` says.' }),
    train: dataPath.optional().meta({ description: 'The training split, where splits are given as files.' }),
    validation: dataPath.optional().meta({ description: 'The validation split, given as a file.' }),
    test: dataPath.optional().meta({ description: 'The test split, given as a file.' }),
    format,
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
        by: z.string().min(1).optional().meta({
          description:
            'Field of the source; rows with the same value, such as those of one customer, stay on one side.',
        }),
      })
      .refine((split) => split.test + split.validation < 1, 'test and validation together leave nothing to train on')
      .optional()
      .meta({
        description:
          'How `source` is divided: label by label, no text or prompt on two sides; the rest is for training.',
      }),
    uploadWithin: duration.default('1d').meta({
      description:
        'A run whose local files are not uploaded this long after its start fails; until then it waits for them.',
    }),
  })
  .superRefine((value, context) => {
    const given = ['train', 'validation', 'test'].filter((key) => key in value && value[key as 'train'] !== undefined);
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
  .superRefine(({ format: named, columns: given }, context) => {
    if (possibleFormats({ format: named, columns: given }).length > 0) return;
    const keys = COLUMNS.filter((column) => given[column] !== undefined);
    if (named === undefined) {
      const all = FORMAT_NAMES.map((name) => `${name} (${columnsOf(name).join(', ')})`).join(', ');
      const message = `no format has ${keys.join(' and ')} together: ${all}`;
      context.addIssue({ code: 'custom', path: ['columns'], message });
      return;
    }
    for (const key of keys.filter((column) => !columnsOf(named).includes(column))) {
      const message = `format ${named} has no such column; it has ${columnsOf(named).join(', ')}`;
      context.addIssue({ code: 'custom', path: ['columns', key], message });
    }
  })
  .transform((value) =>
    value.source === undefined ? value : { ...value, split: value.split ?? { test: 0.2, validation: 0, seed: 0 } },
  )
  .meta({
    description: 'Rows of JSON Lines, CSV, TSV, Parquet or plain text: one source to split, or splits of your own.',
  });
