/** A model that SageMaker trained goes to Bedrock: looked into, imported, proven; the one from before goes. */
import { type ActivityOptions, ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { PipelineActivities } from '../../activities/index.ts';
import type { Deployment } from '../../spec/deployment.ts';
import { servedName } from '../../spec/engine.ts';
import { importJobName } from '../../spec/naming.ts';
import type { DataSet, ModelRef, Weights } from '../../spec/record.ts';
import type { RunContext } from '../context.ts';
import { handOverOf } from '../hand-over.ts';
import * as profiles from '../profiles.ts';

const submit = proxyActivities<PipelineActivities>(profiles.submit);
const removing = proxyActivities<PipelineActivities>(profiles.cleanUp);
const { unpackModel } = proxyActivities<PipelineActivities>(profiles.upload(24 * 3600));

// Bedrock gives no limit; a model of 200 GB is through within hours.
const LONGEST_IMPORT_SECONDS = 24 * 3600;

/** SageMaker's models were asked with their rows alone. */
const WORDING = { prompt: '{text}' };

const summary = (text: string): ActivityOptions => ({ summary: text });

/** Unpacks what was trained, before anything is paid for its evaluation: Bedrock may not be able to import it at all. */
export async function unpackForImport({ run, spec, account, cleanUp }: RunContext, model: ModelRef): Promise<Weights> {
  const job = importJobName(run);
  const release = { run, account, model, name: servedName(spec) };
  cleanUp.register(job, () =>
    removing.revertImport.executeWithOptions(summary(`take back what ${job} imports`), [release]),
  );
  return unpackModel.executeWithOptions(summary(`look into ${model.artifact}, unpack it`), [release]);
}

/** Imports what {@link unpackForImport} has unpacked, which has registered the way back. */
export async function importIntoBedrock(context: RunContext, data: DataSet, model: ModelRef): Promise<Deployment> {
  const { run, spec, account, progress, cleanUp } = context;
  const { weights } = progress.record;
  if (!weights) throw ApplicationFailure.nonRetryable('the model was not unpacked', 'InvalidSpec');
  const { uri } = weights;
  const name = servedName(spec);
  const job = importJobName(run);
  const release = { run, account, model, name };
  await submit.submitImport.executeWithOptions(summary(`create import job ${job}`), [{ ...release, uri }]);
  const { awaitImport } = proxyActivities<PipelineActivities>(profiles.awaitHandOver(LONGEST_IMPORT_SECONDS));
  const deployment = await awaitImport.executeWithOptions(
    summary(`wait for import job ${job}, ask the model, make it the newest of ${run.name}`),
    [{ ...release, ...handOverOf(context), data, wording: WORDING }],
  );
  cleanUp.keep(job);
  // What stands in its way now is no reason to take back a model that serves.
  cleanUp.register(`what ${name} was before`, () =>
    removing.retireImports.executeWithOptions(summary(`delete what ${name} was before`), [release]),
  );
  return deployment;
}
