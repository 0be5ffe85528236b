import { randomInt } from 'node:crypto';
import { hostname } from 'node:os';
import type { WorkflowStartOptions } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { pricesFor } from '../../spec/cost/cost.ts';
import { servedName } from '../../spec/engine.ts';
import { PIPELINE_TASK_QUEUE, type RunRef, workflowIdOf } from '../../spec/naming.ts';
import { RUN_VERSION, STAGES } from '../../spec/record.ts';
import type { fineTune } from '../../workflows/index.ts';
import type { FineTuneInput } from '../../workflows/messages.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import type { Context } from '../context.ts';
import { resolveAccount } from '../environment.ts';
import { EXIT, UserError } from '../errors.ts';
import { agreedTo } from '../plan/agree.ts';
import { knownPrices } from '../plan/prices.ts';
import { type Temporal, uiAddress, withTemporal } from '../temporal.ts';
import { isNotFound } from '../temporal-errors.ts';
import { whoIs } from '../who.ts';
import { whileServingInputs } from '../workers/inputs.ts';
import { announce, conclude, follow } from './follow.ts';
import { checkRegion, type SpecFile } from './read-spec.ts';
import type { Snapshot } from './watch.ts';

const ID_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 6;

/** Starts a run, uploads its inputs from here, and follows it until it is over, or uploaded where detached. */
export async function startRun(
  context: Context,
  file: SpecFile,
  { id, detach, yes }: { readonly id?: string | undefined; readonly detach: boolean; readonly yes: boolean },
): Promise<void> {
  await withTemporal(context, async (temporal) => {
    const { spec, directory } = file;
    const account = await resolveAccount(temporal.environment, spec);
    checkRegion(file, account.region);
    const prices = await knownPrices(context, account.region);
    if (!(await agreedTo(context, temporal.environment, file, { prices, yes }))) return;
    const run: RunRef = { name: spec.name, id: id ?? newId() };
    const workflowId = workflowIdOf(run);
    // Before its inputs are served: another run's would be taken up from here.
    if (id !== undefined) await refuseTwice(temporal, workflowId);
    // Served before the run is there to ask for them: what cannot be uploaded is not started.
    const last = await whileServingInputs(context, temporal, run, async (uploaded, signal) => {
      await startWorkflow(temporal, {
        version: RUN_VERSION,
        run,
        spec,
        account,
        directory,
        startedBy: { how: 'cli', by: whoIs(context) },
        machine: hostname(),
        prices: pricesFor(spec, prices),
      });
      announce(context, temporal, workflowId, 'run.started');
      return follow(context, temporal, workflowId, {
        signal,
        until: (snapshot) => {
          if (hasInputs(snapshot)) uploaded();
          return detach && hasInputs(snapshot);
        },
      });
    });
    if (detach && hasInputs(last) && !last.closed) tellDetached(context, temporal, workflowId);
    else conclude(context, workflowId, last, true);
  });
}

export async function refuseTwice({ client }: Temporal, workflowId: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (isNotFound(error)) return;
    throw error;
  }
  throw runExists(workflowId);
}

function runExists(workflowId: string, cause?: unknown): UserError {
  return new UserError('RunExists', `there is a run ${workflowId} already`, {
    fix: `follow it with: temper watch ${workflowId}; or give another --id, or none`,
    exitCode: EXIT.usage,
    cause,
  });
}

/** Whether a run has what it needs from this machine. */
export function hasInputs({ record, closed }: Snapshot): boolean {
  return closed || record?.data !== undefined;
}

export function newId(): string {
  return Array.from({ length: ID_LENGTH }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]).join('');
}

export async function startWorkflow({ client }: Temporal, input: FineTuneInput): Promise<void> {
  const { run, spec } = input;
  const options: WorkflowStartOptions<typeof fineTune> = {
    workflowId: workflowIdOf(run),
    taskQueue: PIPELINE_TASK_QUEUE,
    args: [input],
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    workflowIdConflictPolicy: 'FAIL',
    typedSearchAttributes: [
      { key: searchAttributes.name, value: run.name },
      { key: searchAttributes.engine, value: spec.train.engine },
      { key: searchAttributes.stage, value: STAGES[0] },
    ],
    staticSummary: `fine-tune ${run.name}: ${spec.train.engine} → ${spec.deploy.to}`,
    staticDetails: details(input),
  };
  try {
    await client.workflow.start<typeof fineTune>('fineTune', options);
  } catch (error) {
    throw error instanceof WorkflowExecutionAlreadyStartedError ? runExists(options.workflowId, error) : error;
  }
}

/** What does not change while the run goes on, in Markdown, for the Temporal UI. */
function details({ spec, account }: FineTuneInput): string {
  const { data, train, gate, approve, deploy } = spec;
  return [
    `- data: \`${data.source ?? data.train}\``,
    train.engine === 'sagemaker'
      ? `- train: sagemaker, \`${train.script}\` on ${train.instanceCount} × ${train.instance.join(' or ')}`
      : `- train: bedrock, ${train.customization}`,
    ...(train.base ? [`- base: \`${train.base}\``] : []),
    ...(gate.length > 0 ? [`- gate: ${gate.map((rule) => `\`${rule}\``).join(', ')}`] : []),
    ...(approve ? [`- approve: ${approve.when}, within ${approve.within}, then ${approve.otherwise}`] : []),
    `- deploy: ${deploy.to === 'none' ? 'nowhere' : `${deploy.to} \`${servedName(spec)}\``}`,
    `- in ${account.region}, bucket \`${account.bucket}\``,
  ].join('\n');
}

export function tellDetached({ output }: Context, { environment }: Temporal, run: string): void {
  const ui = uiAddress(environment, run);
  const text = `\n  the run goes on; follow it with: temper watch ${run}`;
  output.result({ run, ...(ui && { ui }) }, output.hint(text));
}
