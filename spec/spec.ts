/**
 * The schema of `temper.yaml`, put together from its parts in schema/. Pure: reading the file and finding lines is
 * parse.ts's. The JSON Schema that editors use is generated from here (spec/temper.schema.json).
 */
import { z } from 'zod';
import { baseModelId } from './bedrock/base.ts';
import { servingProblem } from './bedrock/serving.ts';
import { BUDGET_PATTERN } from './cost/budget.ts';
import { FORMATS } from './data/formats.ts';
import { misfits, unmeasured } from './fit.ts';
import { textOf } from './gate.ts';
import { watchingProblems } from './monitoring/needs.ts';
import { approvalOf, approve } from './schema/approve.ts';
import { data } from './schema/data.ts';
import { deploy } from './schema/deploy.ts';
import { DEFAULT_SERVING_SCRIPT, evaluate, evaluationOf, evaluationProblems, gate, serve } from './schema/evaluate.ts';
import { notify } from './schema/notify.ts';
import { retrain } from './schema/retrain.ts';
import { train } from './schema/train.ts';
import { name } from './schema/values.ts';

type Places = { readonly [E in z.infer<typeof train>['engine']]: readonly z.infer<typeof deploy>['to'][] };

/** Where the models of each engine can go. */
const SERVED_BY: Places = {
  sagemaker: ['sagemaker-endpoint', 'bedrock-import', 'none'],
  bedrock: ['bedrock-on-demand', 'bedrock-provisioned', 'none'],
};

/** Why there is nothing to compare a candidate with. */
function baseProblem({ engine, base }: z.infer<typeof train>): string | undefined {
  if (base === undefined) return 'there is no base; set train.base';
  if (engine === 'sagemaker' || baseModelId(base, '') !== undefined) return undefined;
  return `${base} is a custom model, which answers only where it is deployed, so there is no base to compare with`;
}

export const specSchema = z
  .strictObject({
    name: name.meta({ description: 'One name per model; runs, jobs and endpoints are named after it.' }),
    data,
    train,
    serve,
    evaluate: evaluate.optional(),
    gate,
    approve,
    deploy,
    budget: z.string().regex(BUDGET_PATTERN, 'write an amount as 25 USD').optional().meta({
      description:
        'The most that a run may cost by its jobs, tokens and model units, such as 25 USD; one that could pass it is not started. What bills on after the run is not part of it.',
    }),
    retrain: retrain.optional(),
    notify: notify.optional(),
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
          .meta({ description: 'Role that SageMaker and Bedrock assume; TEMPER_ROLE_ARN where not given.' }),
      })
      .prefault({})
      .meta({ description: 'Where and as whom to run; the environment says it where left out.' }),
  })
  .superRefine((spec, context) => {
    if (spec.gate.length > 0 && !spec.evaluate) {
      context.addIssue({ code: 'custom', path: ['gate'], message: 'a gate needs scores: add evaluate:' });
    }
    if (typeof spec.approve === 'object' && spec.approve.between && !spec.evaluate) {
      context.addIssue({ code: 'custom', path: ['approve', 'between'], message: 'needs scores: add evaluate:' });
    }
    for (const [index, text] of spec.gate.map(textOf).entries()) {
      const problem = /\bbase\b/.test(text) ? baseProblem(spec.train) : undefined;
      if (problem) context.addIssue({ code: 'custom', path: ['gate', index], message: `${text}: ${problem}` });
    }
    const unpaired = spec.evaluate?.judge?.against ? baseProblem(spec.train) : undefined;
    if (unpaired) context.addIssue({ code: 'custom', path: ['evaluate', 'judge', 'against'], message: unpaired });
    for (const { path, message } of watchingProblems(spec)) context.addIssue({ code: 'custom', path, message });
    const { engine } = spec.train;
    for (const { path, message } of spec.evaluate ? evaluationProblems(spec.evaluate, engine) : []) {
      context.addIssue({ code: 'custom', path: ['evaluate', path], message });
    }
    if (!SERVED_BY[engine].includes(spec.deploy.to)) {
      const message = `what ${engine} has trained goes to ${SERVED_BY[engine].join(', ')}; received ${spec.deploy.to}`;
      context.addIssue({ code: 'custom', path: ['deploy', 'to'], message });
    }
    const unserved = servingProblem(spec, spec.aws.region);
    if (unserved) context.addIssue({ code: 'custom', path: [...unserved.path], message: unserved.message });
    const kind = spec.data.format && FORMATS[spec.data.format].kind;
    for (const { steps, message } of [...unmeasured(spec), ...(kind ? misfits(spec, kind) : [])]) {
      context.addIssue({ code: 'custom', path: [...steps], message });
    }
    const logs = spec.train.engine === 'bedrock' ? spec.train.invocationLogs : undefined;
    if (logs === undefined && spec.data.source === undefined && spec.data.train === undefined) {
      const message = 'give source: (a file, directory or glob), or train: and test:';
      context.addIssue({ code: 'custom', path: ['data'], message });
    }
    if (logs !== undefined && (spec.data.source ?? spec.data.train) !== undefined) {
      const message = 'train.invocationLogs stands in for the training split: give test: alone, or leave it out';
      context.addIssue({ code: 'custom', path: ['data'], message });
    }
    if (logs !== undefined && spec.retrain?.when?.newData) {
      const message = 'what train.invocationLogs holds is not counted: use championAge, or leave when: out';
      context.addIssue({ code: 'custom', path: ['retrain', 'when', 'newData'], message });
    }
    if (engine === 'bedrock' && (spec.serve.image ?? spec.serve.script) !== DEFAULT_SERVING_SCRIPT) {
      context.addIssue({ code: 'custom', path: ['serve'], message: 'Bedrock serves by itself: leave it out' });
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
  .transform(({ evaluate: given, approve: asked, ...spec }) => {
    const approval = approvalOf(asked);
    return {
      ...spec,
      ...(given && { evaluate: evaluationOf(given, spec.train.engine) }),
      ...(approval && { approve: approval }),
    };
  })
  .meta({ title: 'temper.yaml', description: 'One fine-tuning run, from data to endpoint.' });

/** A checked spec, with every default filled in. */
export type Spec = z.infer<typeof specSchema>;
/** A spec as people write it. */
export type SpecInput = z.input<typeof specSchema>;
