/** What runs and the firings of schedules are started with, whoever starts them. */
import type { SearchAttributePair } from '@temporalio/common';
import { servedName } from '../spec/engine.ts';
import { type GateRule, textOf } from '../spec/gate.ts';
import { firingIdOf, PIPELINE_TASK_QUEUE, workflowIdOf } from '../spec/naming.ts';
import { STAGES } from '../spec/record.ts';
import type { FineTuneInput, RetrainInput } from './messages.ts';
import { searchAttributes } from './search-attributes.ts';

/** Of a run: its workflow id, and what it is listed by and shown with. An id is used once. */
export function runOptions(input: FineTuneInput, { ofSchedule = false } = {}) {
  const { run, spec } = input;
  return {
    workflowId: workflowIdOf(run),
    args: [input] as [FineTuneInput],
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    typedSearchAttributes: [
      { key: searchAttributes.name, value: run.name },
      { key: searchAttributes.engine, value: spec.train.engine },
      { key: searchAttributes.stage, value: STAGES[0] },
      ...(ofSchedule ? [{ key: searchAttributes.schedule, value: run.name }] : []),
    ] as SearchAttributePair[],
    staticSummary: `fine-tune ${run.name}: ${spec.train.engine} → ${spec.deploy.to}`,
    staticDetails: detailsOf(input),
  } as const;
}

/** Of the firings of a schedule: the action that it takes. */
export function firingOptions(input: RetrainInput) {
  const { name, train, deploy } = input.spec;
  return {
    workflowId: firingIdOf(name),
    taskQueue: PIPELINE_TASK_QUEUE,
    args: [input] as [RetrainInput],
    typedSearchAttributes: [
      { key: searchAttributes.name, value: name },
      { key: searchAttributes.engine, value: train.engine },
      { key: searchAttributes.schedule, value: name },
    ] as SearchAttributePair[],
    staticSummary: `retrain ${name}: ${train.engine} → ${deploy.to}`,
    staticDetails: detailsOf(input),
  } as const;
}

const ruleText = (rule: GateRule): string =>
  `\`${textOf(rule)}\`${typeof rule === 'string' ? '' : ` per \`${rule.per}\``}`;

/** What does not change while it goes on, in Markdown, for the Temporal UI. */
function detailsOf({ spec, account }: Pick<FineTuneInput, 'spec' | 'account'>): string {
  const { data, train, gate, approve, deploy, notify } = spec;
  return [
    `- data: \`${data.source ?? data.train}\``,
    train.engine === 'sagemaker'
      ? `- train: sagemaker, \`${train.script}\` on ${train.instanceCount} × ${train.instance.join(' or ')}`
      : `- train: bedrock, ${train.customization}`,
    ...(train.base ? [`- base: \`${train.base}\``] : []),
    ...(gate.length > 0 ? [`- gate: ${gate.map(ruleText).join(', ')}`] : []),
    ...(approve ? [`- approve: ${approve.when}, within ${approve.within}, then ${approve.otherwise}`] : []),
    `- deploy: ${deploy.to === 'none' ? 'nowhere' : `${deploy.to} \`${servedName(spec)}\``}`,
    ...(notify ? [`- notify: \`${notify.topic}\` of ${notify.on.join(', ')}`] : []),
    `- in ${account.region}, bucket \`${account.bucket}\``,
  ].join('\n');
}
