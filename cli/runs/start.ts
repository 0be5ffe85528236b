import { randomInt } from 'node:crypto';
import { hostname } from 'node:os';
import type { WorkflowStartOptions } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { pricesFor } from '../../spec/cost/cost.ts';
import { newRunId, PIPELINE_TASK_QUEUE, type RunRef, workflowIdOf } from '../../spec/naming.ts';
import { RUN_VERSION } from '../../spec/record.ts';
import type { fineTune } from '../../workflows/index.ts';
import type { FineTuneInput } from '../../workflows/messages.ts';
import { runOptions } from '../../workflows/start.ts';
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
  return newRunId((limit) => randomInt(limit));
}

export async function startWorkflow({ client }: Temporal, input: FineTuneInput): Promise<void> {
  const options: WorkflowStartOptions<typeof fineTune> = {
    ...runOptions(input),
    taskQueue: PIPELINE_TASK_QUEUE,
    workflowIdConflictPolicy: 'FAIL',
  };
  try {
    await client.workflow.start<typeof fineTune>('fineTune', options);
  } catch (error) {
    throw error instanceof WorkflowExecutionAlreadyStartedError ? runExists(options.workflowId, error) : error;
  }
}

export function tellDetached({ output }: Context, { environment }: Temporal, run: string): void {
  const ui = uiAddress(environment, run);
  const text = `\n  the run goes on; follow it with: temper watch ${run}`;
  output.result({ run, ...(ui && { ui }) }, output.hint(text));
}
