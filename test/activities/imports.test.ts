/** Models that SageMaker trained go to Bedrock: unpacked, looked into, imported, proven, and the ones before deleted. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { ListImportedModelsCommand, ListModelImportJobsCommand } from '@aws-sdk/client-bedrock';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { pack } from 'tar-stream';
import { expect, it } from 'vitest';
import type { ImportHandOver } from '../../activities/deployment/import.ts';
import { importedAs } from '../../activities/deployment/imported.ts';
import { keysUnder } from '../../activities/s3-lines.ts';
import { parseS3Uri } from '../../activities/s3-uri.ts';
import { importedModelName, importJobName, s3Keys } from '../../spec/naming.ts';
import { weights } from '../local/bedrock/support.ts';
import { account, clients, failureOf, once, settled } from '../support/activities.ts';
import { type BedrockPipeline, bedrockPipeline, dataSet } from '../support/bedrock.ts';
import { handedDown } from '../support/hand-over.ts';

const MIB = 1024 * 1024;

type Files = Readonly<Record<string, string | Buffer | undefined>>;

const MODEL: Files = {
  'config.json': JSON.stringify({ architectures: ['LlamaForCausalLM'], max_position_embeddings: 4096 }),
  'tokenizer_config.json': JSON.stringify({ chat_template: '{{ messages }}' }),
  'tokenizer.json': '{}',
  'model.safetensors': weights('model.embed_tokens.weight'),
  'examples.jsonl': JSON.stringify({ prompt: 'the hinge broke', completion: 'negative' }),
  'code/inference.py': 'pass',
};

async function archive(files: Files): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) if (content !== undefined) tar.entry({ name }, content);
  tar.finalize();
  return gzipSync(await buffer(tar));
}

/** A run that has trained the model of the files. */
async function trainedRun(name: string, content: Buffer): Promise<ImportHandOver> {
  const run = { name, id: randomUUID().slice(0, 6) };
  const Key = `${s3Keys.runOutput(run)}output/model.tar.gz`;
  await clients.s3.send(new PutObjectCommand({ Bucket: account.bucket, Key, Body: content }));
  const serving = { image: 'image', environment: {} };
  const model = { engine: 'sagemaker' as const, artifact: `s3://${account.bucket}/${Key}`, serving };
  return { run, account, record: handedDown, model, name, data: await dataSet(name), wording: { prompt: '{text}' } };
}

const newName = (): string => `chat-${randomUUID().slice(0, 8)}`;
const unpackedOf = ({ run }: ImportHandOver) =>
  keysUnder(clients.s3, account.bucket, `${s3Keys.runOutput(run)}import/`);

async function imported({ pipeline }: BedrockPipeline, release: ImportHandOver) {
  const { uri } = await settled(pipeline.unpackModel, release);
  await settled(pipeline.submitImport, { ...release, uri });
  await settled(pipeline.submitImport, { ...release, uri });
  return untilLoaded(() => settled(pipeline.awaitImport, release));
}

/** Bedrock loads a model when it is first asked, and an attempt of the activity later it answers. */
async function untilLoaded<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error as Error).message.includes('ModelNotReadyException')) throw error;
    }
  }
}

async function models({ world }: BedrockPipeline): Promise<(string | undefined)[]> {
  const { modelSummaries = [] } = await world.bedrock.send(new ListImportedModelsCommand({}));
  return modelSummaries.map(({ modelName }) => modelName);
}

it('a model is unpacked, imported, loaded and asked; the one from before goes, and so do the unpacked weights', async () => {
  const bedrock = await bedrockPipeline();
  const name = newName();
  const first = await trainedRun(name, await archive(MODEL));
  const deployment = await imported(bedrock, first);
  expect(deployment).toMatchObject({ to: 'bedrock-import', name, created: true, smokeTest: { output: 'negative' } });
  expect((await unpackedOf(first)).map((key) => key.split('/import/')[1])).toEqual(
    Object.keys(MODEL)
      .filter((file) => !file.startsWith('code/'))
      .sort(),
  );
  await settled(bedrock.pipeline.retireImports, first);
  expect(await unpackedOf(first)).toEqual([]);

  // Below a directory, as some scripts save it; the ARN is another one.
  const second = await trainedRun(
    name,
    await archive(Object.fromEntries(Object.entries(MODEL).map(([file, content]) => [`merged/${file}`, content]))),
  );
  const next = await imported(bedrock, second);
  expect(next).toMatchObject({ name, created: false });
  expect(next.arn).not.toBe(deployment.arn);
  await settled(bedrock.pipeline.retireImports, second);
  expect(await models(bedrock)).toEqual([importedModelName(second.run, name)]);

  await settled(bedrock.pipeline.revertImport, second);
  expect(await models(bedrock)).toEqual([]);
});

it('what dies between the card and the proof leaves no proven model without a card, and another attempt mends it', async () => {
  const bedrock = await bedrockPipeline();
  const name = newName();
  const release = await trainedRun(name, await archive(MODEL));
  const { uri } = await settled(bedrock.pipeline.unpackModel, release);
  await settled(bedrock.pipeline.submitImport, { ...release, uri });
  const unwritten = { ...release, account: { ...account, bucket: `no-${account.bucket}` } };
  const lost = await failureOf(untilLoaded(() => settled(bedrock.pipeline.awaitImport, unwritten)));
  expect(lost.message).toContain(unwritten.account.bucket);
  expect(await importedAs(bedrock.world.bedrock, name)).toMatchObject([{ proven: false }]);
  await settled(bedrock.pipeline.awaitImport, release);
  expect(await importedAs(bedrock.world.bedrock, name)).toMatchObject([{ proven: true }]);
  expect(await keysUnder(clients.s3, account.bucket, s3Keys.modelCards(name))).toHaveLength(1);
});

it.each<[what: string, content: () => Promise<Buffer> | Buffer, told: string]>([
  ['holds the files of a LoRA adapter', () => archive({ 'adapter_config.json': '{}' }), 'it holds a LoRA adapter'],
  [
    'holds the weights of a LoRA adapter',
    () => archive({ ...MODEL, 'model.safetensors': weights('layers.0.q_proj.lora_A.weight') }),
    'model.safetensors has the weights of a LoRA adapter',
  ],
  [
    'is of another architecture',
    () => archive({ ...MODEL, 'config.json': JSON.stringify({ architectures: ['BertModel'] }) }),
    'its architecture is BertModel',
  ],
  ['is no archive', () => Buffer.from('a pickle'), 'it is no .tar.gz'],
  ['is an archive cut short', async () => (await archive(MODEL)).subarray(0, 120), 'it is no .tar.gz'],
])('an artifact that %s is refused before an import is started', async (_, content, told) => {
  const bedrock = await bedrockPipeline();
  const release = await trainedRun(newName(), await content());
  expect(await failureOf(once(bedrock.pipeline.unpackModel, release))).toMatchObject({
    type: 'NotImportable',
    nonRetryable: true,
    message: expect.stringContaining(told),
  });
  await settled(bedrock.pipeline.revertImport, release);
  expect(await unpackedOf(release)).toEqual([]);
  const { modelImportJobSummaries } = await bedrock.world.bedrock.send(new ListModelImportJobsCommand({}));
  expect(modelImportJobSummaries).toEqual([]);
});

it('an import that fails is told with what AWS said, and leaves nothing', async () => {
  const rules = [{ operation: 'CreateModelImportJob', jobFails: 'Amazon Bedrock could not read the weights' }];
  const bedrock = await bedrockPipeline({ faults: { rules } });
  const release = await trainedRun(newName(), await archive(MODEL));
  expect(await failureOf(imported(bedrock, release))).toMatchObject({
    type: 'JobFailed',
    message: `import job ${importJobName(release.run)} failed: Amazon Bedrock could not read the weights`,
  });
  await settled(bedrock.pipeline.revertImport, release);
  expect(await models(bedrock)).toEqual([]);
  expect(await unpackedOf(release)).toEqual([]);
});

it('weights of several parts arrive as they were, also where a former attempt had sent some files', async () => {
  const bedrock = await bedrockPipeline();
  const large = Buffer.concat([weights('model.embed_tokens.weight'), randomBytes(MIB), Buffer.alloc(36 * MIB)]);
  const release = await trainedRun(newName(), await archive({ ...MODEL, 'model.safetensors': large }));
  expect(await settled(bedrock.pipeline.unpackModel, release)).toMatchObject({ files: 5 });
  const again = await settled(bedrock.pipeline.unpackModel, release);
  const { bucket, key } = parseS3Uri(`${again.uri}model.safetensors`);
  const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  expect((await buffer(Body as Readable)).equals(large)).toBe(true);
});
