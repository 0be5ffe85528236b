import {
  CreateEvaluationJobCommand,
  CreateModelImportJobCommand,
  DeleteImportedModelCommand,
  GetEvaluationJobCommand,
  GetImportedModelCommand,
  GetModelImportJobCommand,
  ListImportedModelsCommand,
} from '@aws-sdk/client-bedrock';
import { ConverseCommand, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { uniqueName } from '../../support/unique-name.ts';
import { ownBedrock, ROLE, type World, weights } from './support.ts';

const EXAMPLES = [
  { prompt: 'Is the battery good?', completion: 'negative' },
  { prompt: 'Is the screen sharp?', completion: 'positive' },
];
const FILES: Readonly<Record<string, string | Buffer>> = {
  'config.json': JSON.stringify({ architectures: ['LlamaForCausalLM'], max_position_embeddings: 131_072 }),
  'tokenizer_config.json': JSON.stringify({ chat_template: '{{ messages }}' }),
  'tokenizer.json': '{}',
  'model.safetensors': weights('model.embed_tokens.weight'),
};

/** Imports the files; those of `more` replace them, or leave them out where they are `undefined`. */
async function imported(world: World, more: Readonly<Record<string, string | Buffer | undefined>> = {}) {
  const jobName = uniqueName('import');
  for (const [name, content] of Object.entries({ ...FILES, ...more }))
    if (content !== undefined) await world.put(`${jobName}/${name}`, content);
  const input = {
    jobName,
    importedModelName: `${jobName}-model`,
    roleArn: ROLE,
    modelDataSource: { s3DataSource: { s3Uri: `s3://${world.bucket}/${jobName}` } },
  };
  const { jobArn } = await world.bedrock.send(new CreateModelImportJobCommand(input));
  const job = await eventually(`${jobName} is over`, async () => {
    const now = await world.bedrock.send(new GetModelImportJobCommand({ jobIdentifier: jobArn }));
    return now.status === 'InProgress' ? undefined : now;
  });
  return { input, job };
}

function converse({ runtime }: World, modelId: string | undefined, text: string) {
  return runtime.send(new ConverseCommand({ modelId, messages: [{ role: 'user', content: [{ text }] }] }));
}

test('a model is imported, gets ready by the first call, and answers by the examples beside its weights', async () => {
  const world = await ownBedrock();
  const examples = EXAMPLES.map((example) => JSON.stringify(example)).join('\n');
  const { input, job } = await imported(world, { 'examples.jsonl': examples });
  expect(job).toMatchObject({ status: 'Completed', importedModelName: input.importedModelName });
  const modelId = job.importedModelArn;
  expect(modelId).toMatch(/^arn:aws:bedrock:us-east-1:000000000000:imported-model\/[a-z0-9]{12}$/);
  expect(await world.bedrock.send(new GetImportedModelCommand({ modelIdentifier: modelId }))).toMatchObject({
    modelName: input.importedModelName,
    jobArn: job.jobArn,
    modelArchitecture: 'LlamaForCausalLM',
    instructSupported: true,
    customModelUnits: { customModelUnitsPerModelCopy: 1, customModelUnitsVersion: 'v1.0' },
  });

  await expect(converse(world, modelId, 'the battery?')).rejects.toMatchObject({
    name: 'ModelNotReadyException',
    $metadata: { httpStatusCode: 429 },
  });
  const answer = await eventually('the model is ready', () =>
    converse(world, modelId, 'the battery?').catch(() => undefined),
  );
  expect(answer.output?.message?.content).toEqual([{ text: 'negative' }]);
  const invoke = async (body: object) => {
    const { body: answered } = await world.runtime.send(
      new InvokeModelCommand({ modelId, body: JSON.stringify(body) }),
    );
    return JSON.parse(answered.transformToString());
  };
  expect(await invoke({ prompt: 'the screen?', max_gen_len: 10 })).toMatchObject({
    generation: 'positive',
    stop_reason: 'stop',
  });
  expect(await invoke({ messages: [{ role: 'user', content: 'the screen?' }] })).toMatchObject({
    choices: [{ message: { role: 'assistant', content: 'positive' }, finish_reason: 'stop' }],
  });

  await expect(world.bedrock.send(new CreateModelImportJobCommand(input))).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'The provided job name is currently in use.',
  });
  await expect(
    world.bedrock.send(new CreateModelImportJobCommand({ ...input, jobName: uniqueName('import') })),
  ).rejects.toMatchObject({ message: 'The provided model name is currently in use.' });
  await world.bedrock.send(new DeleteImportedModelCommand({ modelIdentifier: input.importedModelName }));
  expect((await world.bedrock.send(new ListImportedModelsCommand({}))).modelSummaries).toEqual([]);
  await expect(converse(world, modelId, 'the battery?')).rejects.toMatchObject({ name: 'ValidationException' });
});

test('an evaluation job waits for an imported model', async () => {
  const world = await ownBedrock();
  const { job } = await imported(world, { 'examples.jsonl': JSON.stringify(EXAMPLES[0]) });
  const s3Uri = await world.put('prompts.jsonl', '{"prompt":"the battery?","referenceResponse":"negative"}');
  const dataset = { name: 'mine', datasetLocation: { s3Uri } };
  const { jobArn } = await world.bedrock.send(
    new CreateEvaluationJobCommand({
      jobName: uniqueName('evaluation'),
      roleArn: ROLE,
      evaluationConfig: {
        automated: {
          datasetMetricConfigs: [{ taskType: 'Classification', dataset, metricNames: ['Builtin.Accuracy'] }],
        },
      },
      inferenceConfig: { models: [{ bedrockModel: { modelIdentifier: job.importedModelArn } }] },
      outputDataConfig: { s3Uri: `s3://${world.bucket}/evaluations` },
    }),
  );
  const evaluation = await eventually('the evaluation is over', async () => {
    const now = await world.bedrock.send(new GetEvaluationJobCommand({ jobIdentifier: jobArn }));
    return now.status === 'InProgress' ? undefined : now;
  });
  expect(evaluation.status).toBe('Completed');
});

test('without examples, an imported model says that it stands in; without a chat template, Converse takes it not', async () => {
  const world = await ownBedrock();
  const { job } = await imported(world, { 'tokenizer_config.json': '{}' });
  const body = JSON.stringify({ prompt: 'the battery?' });
  const answer = await eventually('the model is ready', () =>
    world.runtime.send(new InvokeModelCommand({ modelId: job.importedModelArn, body })).catch(() => undefined),
  );
  expect(answer.body.transformToString()).toMatch(
    /I stand in for imported\.import-.* on a laptop and have learned nothing/,
  );
  await expect(converse(world, job.importedModelArn, 'x')).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringMatching(/^This action doesn't support the model that you provided\./),
  });
});

test.each<[string, Readonly<Record<string, string | Buffer | undefined>>, RegExp]>([
  [
    'missing files',
    { 'config.json': undefined, 'tokenizer.json': undefined },
    /lacks files of a Hugging Face model: config\.json, tokenizer\.json$/,
  ],
  [
    'an architecture that is none of AWS’s',
    { 'config.json': '{"architectures":["BertModel"]}' },
    /BertModel, is not supported; these are: /,
  ],
  [
    'too long a context',
    { 'config.json': '{"architectures":["LlamaForCausalLM"],"max_position_embeddings":262144}' },
    /262144; a model to import has at most 131072/,
  ],
  ['the files of an adapter', { 'adapter_config.json': '{}' }, /has the files of a LoRA adapter\. Merge it/],
  [
    'an adapter in the weights',
    { 'model.safetensors': weights('base.layers.0.lora_A.weight') },
    /holds a LoRA adapter, base\.layers\.0\.lora_A\.weight/,
  ],
  ['weights that are none', { 'model.safetensors': 'not weights' }, /model\.safetensors is no safetensors file/],
])('%s fail the import', async (_, files, message) => {
  const { job } = await imported(await ownBedrock(), files);
  expect(job).toMatchObject({ status: 'Failed', failureMessage: expect.stringMatching(message) });
});
