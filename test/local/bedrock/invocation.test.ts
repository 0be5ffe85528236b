import {
  CreateModelInvocationJobCommand,
  type CreateModelInvocationJobCommandInput,
  GetModelInvocationJobCommand,
  ListModelInvocationJobsCommand,
  StopModelInvocationJobCommand,
} from '@aws-sdk/client-bedrock';
import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { uniqueName } from '../../support/unique-name.ts';
import { conversations, ownBedrock, ROLE, serve, serverOptions, type World } from './support.ts';

const NOVA = 'amazon.nova-lite-v1:0';
const OVER = ['Completed', 'PartiallyCompleted', 'Failed', 'Stopped', 'Expired'];

const question = (text: string) => ({ messages: [{ role: 'user', content: [{ text }] }] });
const record = (recordId: string, modelInput: object) => JSON.stringify({ recordId, modelInput });
const records = (count: number) => Array.from({ length: count }, (_, i) => record(`r${i}`, question(`question ${i}`)));

async function request(
  world: World,
  lines: readonly string[],
  more: Partial<CreateModelInvocationJobCommandInput> = {},
): Promise<CreateModelInvocationJobCommandInput> {
  const jobName = uniqueName('batch');
  return {
    jobName,
    roleArn: ROLE,
    modelId: NOVA,
    modelInvocationType: 'Converse',
    inputDataConfig: { s3InputDataConfig: { s3Uri: await world.put(`${jobName}/input.jsonl`, lines.join('\n')) } },
    outputDataConfig: { s3OutputDataConfig: { s3Uri: `s3://${world.bucket}/out/` } },
    ...more,
  };
}

const get = ({ bedrock }: World, jobIdentifier: string | undefined) =>
  bedrock.send(new GetModelInvocationJobCommand({ jobIdentifier }));

const over = (world: World, jobArn: string | undefined) =>
  eventually(`${jobArn} is over`, async () => {
    const job = await get(world, jobArn);
    return OVER.includes(String(job.status)) ? job : undefined;
  });

async function run(world: World, input: CreateModelInvocationJobCommandInput) {
  const { jobArn } = await world.bedrock.send(new CreateModelInvocationJobCommand(input));
  const job = await over(world, jobArn);
  const output = `s3://${world.bucket}/out/${jobArn?.split('/').at(-1)}`;
  const read = async (name: string) =>
    (await world.get(`${output}/${name}`))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  return { job, read };
}

test('every record is answered, in another order, and what goes wrong is told beside its record', async () => {
  const world = await ownBedrock();
  const tooWarm = { ...question('warm'), inferenceConfig: { temperature: 2 } };
  const lines = [...records(118), record('bad', { messages: [] }), record('warm', tooWarm)];
  const { jobArn } = await world.bedrock.send(new CreateModelInvocationJobCommand(await request(world, lines)));
  const seen = new Set<string | undefined>();
  const job = await eventually('the job is over', async () => {
    const now = await get(world, jobArn);
    seen.add(now.status);
    return OVER.includes(String(now.status)) ? now : undefined;
  });
  expect([...seen]).toEqual(
    ['Submitted', 'Validating', 'Scheduled', 'InProgress', 'Completed'].filter((s) => seen.has(s)),
  );
  expect(seen.size).toBeGreaterThan(2);
  expect(job).toMatchObject({
    modelId: NOVA,
    totalRecordCount: 120,
    processedRecordCount: 120,
    successRecordCount: 118,
    errorRecordCount: 2,
    submitTime: expect.any(Date),
    endTime: expect.any(Date),
    timeoutDurationInHours: 24,
  });
  const output = `s3://${world.bucket}/out/${jobArn?.split('/').at(-1)}`;
  const answers = (await world.get(`${output}/input.jsonl.out`))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const ids = answers.map(({ recordId }) => recordId);
  const asked = lines.map((line) => JSON.parse(line).recordId);
  expect(ids).not.toEqual(asked);
  expect([...ids].sort()).toEqual([...asked].sort());
  const byId = new Map(answers.map((answer) => [answer.recordId, answer]));
  expect(byId.get('r7')).toMatchObject({
    modelInput: question('question 7'),
    modelOutput: { output: { message: { role: 'assistant' } }, stopReason: 'end_turn', usage: { inputTokens: 3 } },
  });
  expect(byId.get('bad')).toEqual({
    recordId: 'bad',
    modelInput: { messages: [] },
    error: { errorCode: 400, errorMessage: expect.stringMatching(/^A conversation must start with a user message/) },
  });
  expect(byId.get('warm').error.errorMessage).toMatch(
    /^1 validation error detected: Value '2' at 'inferenceConfig\.temp/,
  );
  expect(JSON.parse(await world.get(`${output}/manifest.json.out`))).toEqual({
    totalRecordCount: 120,
    processedRecordCount: 120,
    successRecordCount: 118,
    errorRecordCount: 2,
    inputTokenCount: expect.any(Number),
    outputTokenCount: expect.any(Number),
  });
});

test.each(['Converse', 'InvokeModel'] as const)(
  'a custom model is asked in batches by its own ARN, by %s',
  async (modelInvocationType) => {
    const world = await ownBedrock();
    const modelId = await world.model(conversations(20));
    const lines = Array.from({ length: 100 }, (_, i) => record(`r${i}`, question(`Is plum number ${i} ripe?`)));
    const { read } = await run(world, await request(world, lines, { modelId, modelInvocationType }));
    const answers = await read('input.jsonl.out');
    expect(answers.find(({ recordId }) => recordId === 'r2').modelOutput).toMatchObject({
      output: { message: { role: 'assistant', content: [{ text: 'yes' }] } },
    });
  },
);

test.each<[string, readonly string[], RegExp]>([
  ['too few records', records(99), /^The input has 99 records; a batch inference job has at least 100$/],
  ['a line that is no record', [...records(100), '{"recordId": 1}'], /^line 101 of s3:\/\/.*input\.jsonl is no record/],
])('%s fail the job when it is validated', async (_, lines, message) => {
  const world = await ownBedrock();
  const { job } = await run(world, await request(world, lines));
  expect(job).toMatchObject({ status: 'Failed', message: expect.stringMatching(message) });
});

test('a job whose time is over has expired, or is done in part', async () => {
  const world = await ownBedrock();
  world.server?.setFaults({ rules: [{ operation: 'CreateModelInvocationJob', expires: 'scheduled' }] });
  expect((await run(world, await request(world, records(100)))).job.status).toBe('Expired');
  world.server?.setFaults({ rules: [{ operation: 'CreateModelInvocationJob', expires: 'in-progress' }] });
  const { job, read } = await run(world, await request(world, records(100)));
  expect(job).toMatchObject({ status: 'PartiallyCompleted', totalRecordCount: 100, processedRecordCount: 50 });
  expect(await read('input.jsonl.out')).toHaveLength(50);
});

test('a job is stopped where it is, once, found by its name, and its tags stay', async () => {
  const world = await ownBedrock({ faults: { rules: [{ operation: 'CreateModelInvocationJob', slowStart: '1h' }] } });
  const input = await request(world, records(100), {
    tags: [{ key: 'a', value: 'b' }],
    clientRequestToken: uniqueName('t'),
  });
  const { jobArn } = await world.bedrock.send(new CreateModelInvocationJobCommand(input));
  expect(await world.bedrock.send(new CreateModelInvocationJobCommand(input))).toMatchObject({ jobArn });
  const { invocationJobSummaries } = await world.bedrock.send(
    new ListModelInvocationJobsCommand({ nameContains: String(input.jobName) }),
  );
  expect(invocationJobSummaries).toMatchObject([{ jobArn, status: 'Submitted' }]);
  const stop = () => world.bedrock.send(new StopModelInvocationJobCommand({ jobIdentifier: jobArn }));
  await stop();
  expect((await over(world, jobArn)).status).toBe('Stopped');
  await expect(stop()).rejects.toMatchObject({ name: 'ConflictException' });
});

test('a job goes on with the next server of the same home', async () => {
  const options = await serverOptions();
  const first = await serve({ ...options, paceMs: 60_000 });
  const { jobArn } = await first.bedrock.send(new CreateModelInvocationJobCommand(await request(first, records(100))));
  await first.server?.close();
  const second = await serve(options);
  expect(await over(second, jobArn)).toMatchObject({ status: 'Completed', successRecordCount: 100 });
});
