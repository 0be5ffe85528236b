/** The pipeline's activities against a Bedrock of the test's own, which others leave alone. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { CustomizationInput } from '../../activities/bedrock/customization-request.ts';
import { createDataActivities } from '../../activities/data/activities.ts';
import { createPipelineActivities } from '../../activities/index.ts';
import { isBedrock } from '../../spec/engine.ts';
import { type RunRef, s3Keys, TAGS, workflowIdOf } from '../../spec/naming.ts';
import type { CustomModelRef, DataSet } from '../../spec/record.ts';
import { type SpecInput, specSchema } from '../../spec/spec.ts';
import { conversation, ownBedrock, type World } from '../local/bedrock/support.ts';
import { account, clients, once } from './activities.ts';
import { keywordRows } from './keyword-project.ts';
import { temporaryDirectory } from './region.ts';
import { uniqueName } from './unique-name.ts';

export type Pipeline = ReturnType<typeof createPipelineActivities>;

/** A run whose model is customized. */
export interface CustomizedRun {
  readonly run: RunRef;
  readonly model: CustomModelRef;
  readonly data: DataSet;
}

export interface BedrockPipeline {
  readonly world: World;
  readonly pipeline: Pipeline;
  /** A run with a custom model that answers every question alike. */
  customized(name?: string, answer?: string): Promise<CustomizedRun>;
}

const QUESTIONS = Array.from({ length: 8 }, (_, i) => `Is product ${i} any good?`);

/** Data of a model of that name with one row to ask about. */
export async function dataSet(name: string): Promise<DataSet> {
  const sha256 = randomUUID().replaceAll('-', '').repeat(2);
  const uri = `s3://${account.bucket}/${s3Keys.dataSet(name, sha256)}test/`;
  const Key = `${uri.slice(`s3://${account.bucket}/`.length)}test.jsonl`;
  const Body = `${JSON.stringify({ text: 'the hinge broke', label: 'negative' })}\n`;
  await clients.s3.send(new PutObjectCommand({ Bucket: account.bucket, Key, Body }));
  const splits = { test: { uri, rows: 1 } };
  return { sha256, kind: 'classification', splits, labels: ['negative', 'positive'], duplicates: 0, conflicts: 0 };
}

/** The inputs of a customization job, uploaded, for a run under a name of the test's own; `train` is more of the spec's. */
export async function preparedCustomization(
  train: SpecInput['train'] | object = {},
  rows: readonly object[] = keywordRows(60),
): Promise<CustomizationInput> {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'data.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const spec = specSchema.parse({
    name: uniqueName('model'),
    data: { source: 'data.jsonl', split: { test: 0.2, validation: 0.2 } },
    train: { engine: 'bedrock', base: 'amazon.nova-lite-v1:0', ...train },
  });
  if (!isBedrock(spec)) throw new Error('SageMaker trains it');
  const run = { name: spec.name, id: randomUUID().slice(0, 6) };
  const { region, bucket } = account;
  const { prepareInputs } = createDataActivities({ aws: () => clients });
  const { data } = await once(prepareInputs, { run, spec, directory, region, bucket });
  if (!data) throw new Error('there is no data');
  return { run, attempt: 1, account, spec, data };
}

export async function bedrockPipeline(options: Parameters<typeof ownBedrock>[0] = {}): Promise<BedrockPipeline> {
  const world = await ownBedrock({
    quotas: { customizationJobs: 20, deployments: 20, deploymentsInProgress: 20, modelUnits: 20 },
    ...options,
  });
  const aws = { ...clients, bedrock: world.bedrock, bedrockRuntime: world.runtime, s3: clients.s3 };
  return {
    world,
    pipeline: createPipelineActivities({ aws: () => aws }),
    async customized(name = uniqueName('reviews'), answer = 'negative') {
      const run = { name, id: randomUUID().slice(0, 6) };
      const customModel = await world.model(QUESTIONS.map((each) => conversation(each, answer)).join('\n'), {
        customModelName: `${run.name}-${run.id}`,
        customModelTags: [
          { key: TAGS.run, value: workflowIdOf(run) },
          { key: TAGS.name, value: run.name },
        ],
      });
      const model = { engine: 'bedrock' as const, customModel, base: 'amazon.nova-lite-v1:0' };
      return { run, model, data: await dataSet(name) };
    },
  };
}
