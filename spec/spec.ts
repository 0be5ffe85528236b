/**
 * The schema of `temper.yaml`, put together from its parts in schema/. Pure: reading the file and finding lines is
 * parse.ts's. The JSON Schema that editors use is generated from here (spec/temper.schema.json).
 */
import { z } from 'zod';
import { BUDGET_PATTERN } from './cost/budget.ts';
import { FORMATS } from './data/formats.ts';
import { misfits } from './fit.ts';
import { data } from './schema/data.ts';
import { deploy } from './schema/deploy.ts';
import { evaluate, gate, serve } from './schema/evaluate.ts';
import { train } from './schema/train.ts';
import { name } from './schema/values.ts';

export const specSchema = z
  .strictObject({
    name: name.meta({ description: 'One name per model; runs, jobs and endpoints are named after it.' }),
    data,
    train,
    serve,
    evaluate: evaluate.optional(),
    gate,
    deploy,
    budget: z.string().regex(BUDGET_PATTERN, 'write an amount as 25 USD').optional().meta({
      description:
        'The most that the jobs of a run may cost, such as 25 USD; a run that could pass it is not started. The endpoint, which bills on after the run, is not part of it.',
    }),
    aws: z
      .strictObject({
        region: z.string().optional().meta({ description: 'AWS_REGION where not given.' }),
        bucket: z
          .string()
          .optional()
          .meta({ description: 'Bucket for data and models; TEMPER_BUCKET where not given.' }),
        role: z
          .string()
          .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, 'write the ARN of an IAM role')
          .optional()
          .meta({ description: 'Role that SageMaker assumes; TEMPER_ROLE_ARN where not given.' }),
      })
      .prefault({})
      .meta({ description: 'Where and as whom to run; the environment says it where left out.' }),
  })
  .superRefine((spec, context) => {
    if (spec.gate.length > 0 && !spec.evaluate) {
      context.addIssue({ code: 'custom', path: ['gate'], message: 'a gate needs scores: add evaluate:' });
    }
    for (const [index, text] of spec.gate.entries()) {
      if (/\bbase\b/.test(text) && !spec.train.base) {
        context.addIssue({
          code: 'custom',
          path: ['gate', index],
          message: `${text}: there is no base; set train.base`,
        });
      }
    }
    const kind = spec.data.format && FORMATS[spec.data.format].kind;
    for (const { steps, message } of kind ? misfits(spec, kind) : []) {
      context.addIssue({ code: 'custom', path: [...steps], message });
    }
    const held = spec.data.source === undefined ? spec.data.test : spec.data.split?.test;
    if (spec.evaluate && !held) {
      context.addIssue({
        code: 'custom',
        path: ['evaluate'],
        message: 'evaluation needs a test split: data.test or data.split.test',
      });
    }
  })
  .meta({ title: 'temper.yaml', description: 'One fine-tuning run, from data to endpoint.' });

/** A checked spec, with every default filled in. */
export type Spec = z.infer<typeof specSchema>;
/** A spec as people write it. */
export type SpecInput = z.input<typeof specSchema>;
