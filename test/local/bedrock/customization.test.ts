import { gzipSync } from 'node:zlib';
import {
  CreateCustomModelDeploymentCommand,
  DeleteCustomModelCommand,
  GetCustomModelCommand,
  ListModelCustomizationJobsCommand,
  type ListModelCustomizationJobsCommandInput,
  StopModelCustomizationJobCommand,
} from '@aws-sdk/client-bedrock';
import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { uniqueName } from '../../support/unique-name.ts';
import { conversation, conversations, ownBedrock, type World } from './support.ts';

const ARN =
  /^arn:aws:bedrock:us-east-1:000000000000:model-customization-job\/amazon\.nova-lite-v1:0:300k\/([a-z0-9]{12})$/;

/** What the phases of a job are in. */
async function phases(world: World, job: string | undefined) {
  const { status, statusDetails: details } = await world.job(job);
  const { validationDetails, dataProcessingDetails, trainingDetails } = details ?? {};
  return [status, ...[validationDetails, dataProcessingDetails, trainingDetails].map((each) => each?.status)];
}

test('a job goes through its phases, and leaves a model and its metrics', async () => {
  const world = await ownBedrock();
  const request = await world.request(conversations(40), {
    validationDataConfig: { validators: [{ s3Uri: await world.put('validation.jsonl', conversations(8)) }] },
    hyperParameters: { epochCount: '3', learningRate: '0.00001' },
    jobTags: [{ key: 'a', value: 'b' }],
  });
  const arn = await world.create(request);
  expect(arn).toMatch(ARN);
  const job = await world.over(request.jobName);
  expect(await phases(world, arn)).toEqual(['Completed', 'Completed', 'Completed', 'Completed']);
  expect(job).toMatchObject({
    jobName: request.jobName,
    outputModelName: request.customModelName,
    baseModelArn: 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0:300k',
    customizationType: 'FINE_TUNING',
    hyperParameters: { epochCount: '3' },
    trainingMetrics: { trainingLoss: expect.any(Number) },
    validationMetrics: [{ validationLoss: expect.any(Number) }],
    creationTime: expect.any(Date),
    endTime: expect.any(Date),
  });

  const output = `s3://${world.bucket}/out/model-customization-job-${ARN.exec(arn)?.[1]}`;
  const [header, ...steps] = (await world.get(`${output}/training_artifacts/step_wise_training_metrics.csv`))
    .trim()
    .split('\n');
  expect(header).toBe('step_number,epoch_number,training_loss,perplexity');
  expect(steps).toHaveLength(3 * 3);
  expect(steps[0]).toMatch(/^0,0,\d+\.\d+,\d+\.\d+$/);
  const losses = steps.map((step) => Number(step.split(',')[2]));
  expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
  const validation = `${output}/validation_artifacts/post_fine_tuning_validation/validation/validation_metrics.csv`;
  expect(await world.get(validation)).toMatch(/^step_number,epoch_number,validation_loss,perplexity\n2,0,/);
  expect(await world.get(`${output}/STAND-IN.txt`)).toContain('not those of a language model');

  const model = await world.bedrock.send(new GetCustomModelCommand({ modelIdentifier: job.outputModelArn }));
  expect(model).toMatchObject({ jobArn: arn, modelName: request.customModelName, modelStatus: 'Active' });
});

test('names are used once, and a request that comes again gets the same job', async () => {
  const world = await ownBedrock({ quotas: { customizationJobs: 5 } });
  const request = { ...(await world.request()), clientRequestToken: uniqueName('token') };
  const [first, second] = await Promise.all([world.create(request), world.create(request)]);
  expect(second).toBe(first);
  await expect(world.create({ ...request, customModelName: 'another' })).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'The provided client request token was used with other parameters.',
  });
  await expect(world.create({ ...request, clientRequestToken: undefined })).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'The provided job name is currently in use.',
  });
  const other = { ...request, jobName: uniqueName('job'), clientRequestToken: undefined };
  await expect(world.create(other)).rejects.toMatchObject({ message: 'The provided model name is currently in use.' });
  await world.over(first);
  await expect(world.create(other)).rejects.toMatchObject({ message: 'The provided model name is currently in use.' });
});

test('as many jobs run at once as the quota has', async () => {
  const world = await ownBedrock({
    faults: { rules: [{ operation: 'CreateModelCustomizationJob', hold: 'training' }] },
  });
  await world.create(await world.request());
  const second = await world.create(await world.request());
  const third = await world.request();
  await expect(world.create(third)).rejects.toMatchObject({ name: 'ServiceQuotaExceededException' });
  await world.bedrock.send(new StopModelCustomizationJobCommand({ jobIdentifier: second }));
  await world.over(second);
  await expect(world.create(third)).resolves.toMatch(ARN);
});

test.each(['validation', 'dataProcessing', 'training'] as const)('a job is stopped during %s', async (hold) => {
  const rules = [hold, 'stopping' as const].map((each) => ({ operation: 'CreateModelCustomizationJob', hold: each }));
  const world = await ownBedrock({ faults: { rules } });
  const arn = await world.create(await world.request());
  const index = ['validation', 'dataProcessing', 'training'].indexOf(hold);
  const reached = [0, 1, 2].map((each) => (each < index ? 'Completed' : each === index ? 'InProgress' : 'NotStarted'));
  await eventually(`it is in ${hold}`, async () =>
    (await phases(world, arn)).join() === ['InProgress', ...reached].join() ? true : undefined,
  );
  const stop = () => world.bedrock.send(new StopModelCustomizationJobCommand({ jobIdentifier: arn }));
  await stop();
  const replaced = (status: string) => reached.map((each) => (each === 'InProgress' ? status : each));
  expect(await phases(world, arn)).toEqual(['Stopping', ...replaced('Stopping')]);
  await expect(stop()).rejects.toMatchObject({
    name: 'ConflictException',
    message: expect.stringContaining('Stopping'),
  });
  world.server?.setFaults({ rules: [] });
  const job = await world.over(arn);
  expect(await phases(world, arn)).toEqual(['Stopped', ...replaced('Stopped')]);
  expect(job.outputModelArn).toBeUndefined();
  await expect(stop()).rejects.toMatchObject({ name: 'ConflictException' });
});

test('what a fault plan holds goes on with the next plan; a job fails as the plan says', async () => {
  const world = await ownBedrock({ faults: { rules: [{ operation: '*', hold: 'dataProcessing' }] } });
  const arn = await world.create(await world.request());
  await eventually('it is held', async () => ((await phases(world, arn))[2] === 'InProgress' ? true : undefined));
  const jobFails = 'Encountered an unexpected error when processing the request, please try again';
  world.server?.setFaults({ rules: [{ operation: 'CreateModelCustomizationJob', name: 'unlucky', jobFails }] });
  expect((await world.over(arn)).status).toBe('Completed');
  const failed = await world.over(
    await world.create(await world.request(undefined, { jobName: uniqueName('unlucky') })),
  );
  expect(failed).toMatchObject({ status: 'Failed', failureMessage: jobFails });
  expect(await phases(world, failed.jobArn)).toEqual(['Failed', 'Completed', 'Completed', 'Failed']);
});

test.each([
  [
    'a line that is no JSON',
    `${conversations(9)}\n{"half": `,
    /^Unable to parse Amazon S3 file: .*train.jsonl. Data files must conform to JSONL format. \(line 10\)$/,
  ],
  ['an empty line', `${conversations(9)}\n\n${conversations(1)}`, /must conform to JSONL format. \(line 10\)$/],
  [
    'another format',
    `${conversations(8)}\n{"prompt": "a", "completion": "b"}`,
    /^Input data at .*train.jsonl must follow '\{"schemaVersion": .* format \(line 9: schemaVersion is not bedrock-conversation-2024\)$/,
  ],
  [
    'roles that do not alternate',
    `${conversation('a', 'b').replace('"user"', '"assistant"')}\n${conversations(9)}`,
    /\(line 1: roles must alternate, user first; message 1 is of assistant\)$/,
  ],
  [
    'an empty text',
    `${conversations(8)}\n${conversation('question', ' ')}`,
    /\(line 9: content of message 2, text is empty\)$/,
  ],
  [
    'a reserved string',
    `${conversations(8)}\n${conversation('User: hello', 'x')}`,
    /^Input data has the reserved string "User:", which is not allowed \(line 9\)$/,
  ],
  [
    'a record that is too long',
    `${conversations(8)}\n${conversation('word '.repeat(30_000), 'x')}`,
    /^Max sum of input and output token length \d+ exceeds total limit of 32000 \(line 9\)$/,
  ],
  ['too few records', conversations(7), /^The number of training records, 7, is less than the minimum of 8$/],
])('%s fails the job during validation', async (_, data, message) => {
  const world = await ownBedrock();
  const job = await world.over(await world.create(await world.request(data)));
  expect(job.failureMessage).toMatch(message);
  expect(await phases(world, job.jobArn)).toEqual(['Failed', 'Failed', 'NotStarted', 'NotStarted']);
});

test('what AWS can refuse before there is a job, is refused', async () => {
  const world = await ownBedrock();
  const request = await world.request();
  const refused = async (more: Partial<typeof request>, message: string | RegExp) => {
    const error = await world.create({ ...request, ...more }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'ValidationException', message: expect.stringMatching(message) });
  };
  await refused({ baseModelIdentifier: 'amazon.nova-lite-v1:0' }, /^The provided model identifier is invalid\.$/);
  await refused({ customizationType: 'CONTINUED_PRE_TRAINING' }, 'does not support the customization type');
  await refused({ hyperParameters: { epochCount: '6' } }, 'epochCount must be a whole number from 1 to 5');
  await refused({ hyperParameters: { batchSize: '8' } }, 'has no hyperparameter batchSize');
  await refused(
    { trainingDataConfig: { s3Uri: `s3://${world.bucket}/no.jsonl` } },
    'Could not validate GetObject permissions',
  );
  await refused(
    { trainingDataConfig: { s3Uri: `s3://${world.bucket}/dir/` } },
    'Uri should be a file, not a directory',
  );
  await refused({ trainingDataConfig: {} }, 'either s3Uri or invocationLogsConfig');
  await refused({ customizationType: 'DISTILLATION' }, 'distillationConfig is required');
  await refused({ customModelName: 'a__b' }, "at 'customModelName' failed to satisfy constraint");
  expect((await world.bedrock.send(new ListModelCustomizationJobsCommand({}))).modelCustomizationJobSummaries).toEqual(
    [],
  );
});

test('a teacher answers prompts of a file, and of invocation logs', async () => {
  const world = await ownBedrock();
  const config = {
    customizationType: 'DISTILLATION',
    customizationConfig: {
      distillationConfig: {
        teacherModelConfig: { teacherModelIdentifier: 'amazon.nova-pro-v1:0', maxResponseLengthForInference: 100 },
      },
    },
  } as const;
  const prompts = Array.from({ length: 100 }, (_, index) =>
    JSON.stringify({
      schemaVersion: 'bedrock-conversation-2024',
      messages: [{ role: 'user', content: [{ text: `What is ${index}?` }] }],
    }),
  );
  // What is no record is passed over.
  const file = await world.create(await world.request([...prompts, '{"no": "record"}'].join('\n'), config));
  const logs = prompts.map((prompt, index) =>
    JSON.stringify({
      schemaType: 'ModelInvocationLog',
      schemaVersion: '1.0',
      input: { inputBodyJson: { messages: JSON.parse(prompt).messages } },
      output: {
        outputBodyJson: { output: { message: { role: 'assistant', content: [{ text: `It is ${index}.` }] } } },
      },
      requestMetadata: { project: index < 99 ? 'ours' : 'theirs' },
    }),
  );
  await world.put('logs/a.json.gz', gzipSync(logs.slice(0, 50).join('\n')));
  await world.put('logs/b.json.gz', gzipSync(logs.slice(50).join('\n')));
  const fromLogs = (filters?: object) => ({
    ...config,
    trainingDataConfig: {
      invocationLogsConfig: {
        usePromptResponse: true,
        invocationLogSource: { s3Uri: `s3://${world.bucket}/logs` },
        ...(filters && { requestMetadataFilters: { equals: { project: 'ours' } } }),
      },
    },
  });
  const all = await world.create(await world.request(undefined, fromLogs()));
  expect((await world.over(file)).status).toBe('Completed');
  expect((await world.over(all)).status).toBe('Completed');
  const filtered = await world.over(await world.create(await world.request(undefined, fromLogs({}))));
  expect(filtered.failureMessage).toBe('The number of training records, 99, is less than the minimum of 100');
});

const lines = (count: number, line: (index: number) => object) =>
  Array.from({ length: count }, (_, index) => JSON.stringify(line(index))).join('\n');

test.each([
  [
    'anthropic.claude-3-haiku-20240307-v1:0:200k',
    'FINE_TUNING',
    lines(32, (index) => ({
      system: 'Be brief.',
      messages: [
        { role: 'user', content: `question ${index}` },
        { role: 'assistant', content: 'answer' },
      ],
    })),
  ],
  [
    'cohere.command-light-text-v14:7:4k',
    'FINE_TUNING',
    lines(32, (index) => ({ prompt: `question ${index}`, completion: 'answer' })),
  ],
  [
    'amazon.titan-text-express-v1:0:8k',
    'CONTINUED_PRE_TRAINING',
    lines(10, (index) => ({ input: `This is text ${index}. It goes on. And ends.` })),
  ],
] as const)('%s learns by %s', async (baseModelIdentifier, customizationType, data) => {
  const world = await ownBedrock();
  const more = { baseModelIdentifier, customizationType };
  const job = await world.over(await world.create(await world.request(data, more)));
  expect(job.failureMessage).toBeUndefined();
  expect(job).toMatchObject({ status: 'Completed', customizationType });
});

test('a custom model is customized further, and remembers both', async () => {
  const world = await ownBedrock();
  const of = (answer: string) =>
    Array.from({ length: 8 }, (_, i) => conversation(`${answer} ${i}?`, answer)).join('\n');
  const first = await world.model(of('apples'));
  world.server?.setFaults({ rules: [{ operation: '*', hold: 'training' }] });
  const further = await world.create(await world.request(of('pears'), { baseModelIdentifier: first }));
  await expect(world.bedrock.send(new DeleteCustomModelCommand({ modelIdentifier: first }))).rejects.toMatchObject({
    name: 'ConflictException',
    message: expect.stringContaining(further),
  });
  world.server?.setFaults({ rules: [] });
  const modelArn = (await world.over(further)).outputModelArn;
  const { baseModelArn } = await world.bedrock.send(new GetCustomModelCommand({ modelIdentifier: modelArn }));
  expect(baseModelArn).toBe(first);
  const modelDeploymentName = uniqueName('both');
  const { customModelDeploymentArn: modelId } = await world.bedrock.send(
    new CreateCustomModelDeploymentCommand({ modelDeploymentName, modelArn }),
  );
  const ask = (text: string) =>
    world.runtime.send(new ConverseCommand({ modelId, messages: [{ role: 'user', content: [{ text }] }] }));
  const answers = await eventually('it answers', () =>
    Promise.all([ask('apples 9?'), ask('pears 9?')]).catch(() => undefined),
  );
  expect(answers.map(({ output }) => output?.message?.content?.[0]?.text)).toEqual(['apples', 'pears']);
});

test('jobs are listed by page, newest first', async () => {
  const world = await ownBedrock({ quotas: { customizationJobs: 10 } });
  const names: string[] = [];
  for (const status of ['one', 'two', 'three']) {
    const request = await world.request(conversations(status === 'two' ? 1 : 10));
    names.push(String(request.jobName));
    await world.over(await world.create(request));
  }
  const list = (input: ListModelCustomizationJobsCommandInput) =>
    world.bedrock.send(new ListModelCustomizationJobsCommand(input));
  const first = await list({ maxResults: 2 });
  expect(first.modelCustomizationJobSummaries?.map(({ jobName }) => jobName)).toEqual([names[2], names[1]]);
  const { modelCustomizationJobSummaries: rest, nextToken } = await list({ nextToken: first.nextToken });
  expect(rest?.map(({ jobName }) => jobName)).toEqual([names[0]]);
  expect(nextToken).toBeUndefined();
  expect(rest?.[0]).toMatchObject({ status: 'Completed', customModelArn: expect.stringContaining(':custom-model/') });
  const failed = await list({ statusEquals: 'Failed', creationTimeAfter: new Date(0) });
  expect(failed.modelCustomizationJobSummaries?.map(({ jobName }) => jobName)).toEqual([names[1]]);
  expect((await list({ nameContains: String(names[0]) })).modelCustomizationJobSummaries).toHaveLength(1);
});
