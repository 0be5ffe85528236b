/** Customization jobs against a Bedrock of the test's own. */
import {
  CreateModelCustomizationJobCommand,
  GetCustomModelCommand,
  ListCustomModelsCommand,
  ListModelCustomizationJobsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-bedrock';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import {
  type CustomizationInput,
  customizationOutput,
  customizationRequest,
} from '../../activities/bedrock/customization-request.ts';
import { parseS3Uri } from '../../activities/s3-uri.ts';
import type { FaultPlan } from '../../local/aws/faults.ts';
import type { JobProgress } from '../../spec/progress.ts';
import { clients, failureOf, once, settled } from '../support/activities.ts';
import { type BedrockPipeline, bedrockPipeline, preparedCustomization } from '../support/bedrock.ts';

const CREATE = 'CreateModelCustomizationJob';
const withFaults = (...rules: FaultPlan['rules']) => bedrockPipeline({ faults: { rules } });

const waitOf = ({ run, attempt, account, spec }: CustomizationInput, maxSeconds = 600) => ({
  run,
  attempt,
  account,
  base: spec.train.base,
  maxSeconds,
});

async function customized({ pipeline }: BedrockPipeline, input: CustomizationInput) {
  await settled(pipeline.submitCustomization, input);
  return settled(pipeline.awaitCustomization, waitOf(input));
}

async function jobs({ world }: BedrockPipeline): Promise<(string | undefined)[]> {
  const { modelCustomizationJobSummaries: found = [] } = await world.bedrock.send(
    new ListModelCustomizationJobsCommand({}),
  );
  return found.map(({ status }) => status);
}

async function models({ world }: BedrockPipeline): Promise<(string | undefined)[]> {
  const { modelSummaries = [] } = await world.bedrock.send(new ListCustomModelsCommand({}));
  return modelSummaries.map(({ modelName }) => modelName);
}

it('customizes a model, and tells its ARN and the last losses and perplexities', async () => {
  const bedrock = await bedrockPipeline();
  const input = await preparedCustomization({ hyperparameters: { epochCount: 2 }, tags: { team: 'search' } });
  const model = await customized(bedrock, input);
  const { run } = input;
  expect(model).toMatchObject({
    engine: 'bedrock',
    jobName: `${run.name}-${run.id}-train`,
    modelName: `${run.name}-${run.id}`,
    base: 'amazon.nova-lite-v1:0',
    output: expect.stringMatching(new RegExp(`^s3://.*/runs/${run.id}/${run.name}-${run.id}-train/$`)),
    metrics: {
      training_loss: expect.any(Number),
      perplexity: expect.any(Number),
      validation_loss: expect.any(Number),
      validation_perplexity: expect.any(Number),
    },
  });
  const found = await bedrock.world.bedrock.send(new GetCustomModelCommand({ modelIdentifier: model.modelName }));
  expect(found).toMatchObject({ modelArn: model.customModel, hyperParameters: { epochCount: '2' } });
  for (const resourceARN of [model.customModel, model.jobArn]) {
    const { tags } = await bedrock.world.bedrock.send(new ListTagsForResourceCommand({ resourceARN }));
    expect(tags).toEqual(
      expect.arrayContaining([
        { key: 'temper:run', value: `temper/${run.name}/${run.id}` },
        { key: 'team', value: 'search' },
      ]),
    );
  }
});

/** Puts what a job writes of its steps; the validation file where AWS's documentation has it, and not its samples. */
async function putSteps(output: string): Promise<void> {
  const { bucket: Bucket, key } = parseS3Uri(output);
  const files = {
    'model-customization-job-abc/training_artifacts/step_wise_training_metrics.csv':
      'step_number,epoch_number,training_loss,perplexity\n0,0,1.5,4.48\n1,0,0.75,2.11\n',
    'model-customization-job-abc/validation_artifacts/post_fine_tuning_validation/validation_metrics.csv':
      'step_number,epoch_number,validation_loss,perplexity\n1,0,nan,2.5\n',
  };
  for (const [file, Body] of Object.entries(files)) {
    await clients.s3.send(new PutObjectCommand({ Bucket, Key: `${key}${file}`, Body }));
  }
}

it('tells the last losses while the job trains, where it has written any', async () => {
  const { pipeline } = await withFaults({ operation: CREATE, hold: 'training' });
  const input = await preparedCustomization();
  await settled(pipeline.submitCustomization, input);
  const progress = async (): Promise<JobProgress> => {
    const environment = new MockActivityEnvironment({ attempt: 1 });
    let told: unknown;
    environment.on('heartbeat', (details: unknown) => {
      told = details;
    });
    await failureOf(environment.run(pipeline.awaitCustomization, waitOf(input)));
    return told as JobProgress;
  };
  await expect.poll(progress).toMatchObject({ secondaryStatus: 'Training', metrics: {} });
  const { account, run } = input;
  await putSteps(customizationOutput(account, run, `${run.name}-${run.id}-train`));
  expect(await progress()).toMatchObject({
    status: 'InProgress',
    metrics: { training_loss: 0.75, perplexity: 2.11, validation_loss: 'NaN', validation_perplexity: 2.5 },
  });
});

describe('one job, whatever becomes of the answer', () => {
  it('attaches to the job of a former attempt, also where its creation was never acknowledged', async () => {
    const bedrock = await withFaults({ operation: CREATE, times: 1, reset: true, afterDone: true });
    const input = await preparedCustomization();
    const lost = await failureOf(once(bedrock.pipeline.submitCustomization, input));
    expect(lost).toMatchObject({ type: 'Unavailable', nonRetryable: false });
    await customized(bedrock, input);
    await settled(bedrock.pipeline.submitCustomization, input);
    expect(await jobs(bedrock)).toEqual(['Completed']);
  });

  it('a quota that is full of the very job that was asked for is no shortage', async () => {
    const bedrock = await withFaults(
      { operation: CREATE, times: 1, reset: true, afterDone: true },
      { operation: CREATE, error: 'ServiceQuotaExceededException' },
    );
    const input = await preparedCustomization();
    await failureOf(once(bedrock.pipeline.submitCustomization, input));
    await customized(bedrock, input);
    expect(await jobs(bedrock)).toEqual(['Completed']);
  });

  it('a full quota is told as one, with nothing made', async () => {
    const bedrock = await bedrockPipeline({ quotas: { customizationJobs: 0 } });
    const failure = await failureOf(once(bedrock.pipeline.submitCustomization, await preparedCustomization()));
    expect(failure).toMatchObject({ type: 'QuotaExceeded', message: expect.stringContaining('quota of 0') });
    expect(await jobs(bedrock)).toEqual([]);
  });

  it.each(['job', 'model'] as const)(
    'refuses a %s of its name that somebody else made, and leaves it alone',
    async (what) => {
      const bedrock = await withFaults({ operation: CREATE, hold: 'training' });
      const input = await preparedCustomization();
      const theirs = {
        ...customizationRequest(input),
        ...(what === 'model' && { jobName: `${input.run.name}-theirs` }),
      };
      await bedrock.world.bedrock.send(new CreateModelCustomizationJobCommand(theirs));
      expect(await failureOf(settled(bedrock.pipeline.submitCustomization, input))).toMatchObject({
        type: 'Conflict',
        nonRetryable: true,
        message: expect.stringContaining(
          what === 'job' ? "exists and is not this run's" : 'model name is currently in use',
        ),
      });
      await settled(bedrock.pipeline.stopCustomization, input);
      expect(await jobs(bedrock)).toEqual(['InProgress']);
      bedrock.world.server?.setFaults({ rules: [] });
      await bedrock.world.over(theirs.jobName);
      await settled(bedrock.pipeline.stopCustomization, input);
      expect(await models(bedrock)).toEqual([theirs.customModelName]);
    },
  );

  it('refuses a job that the run made of another request', async () => {
    const bedrock = await bedrockPipeline();
    const input = await preparedCustomization();
    await settled(bedrock.pipeline.submitCustomization, input);
    const spec = { ...input.spec, train: { ...input.spec.train, hyperparameters: { epochCount: 3 } } };
    const failure = await failureOf(settled(bedrock.pipeline.submitCustomization, { ...input, spec }));
    expect(failure).toMatchObject({ type: 'Conflict', message: expect.stringContaining('temper:request') });
  });
});

describe.each([
  ['validation', 'Validating data'],
  ['dataProcessing', 'Processing data'],
  ['training', 'Training'],
] as const)('a job in its step of %s', (hold, words) => {
  it('says so, can be stopped and leaves no model', async () => {
    const bedrock = await withFaults({ operation: CREATE, hold });
    const { pipeline } = bedrock;
    const input = await preparedCustomization();
    await settled(pipeline.submitCustomization, input);
    await expect
      .poll(async () => (await failureOf(once(pipeline.awaitCustomization, waitOf(input)))).message)
      .toBe(`${input.run.name}-${input.run.id}-train is ${words}`);
    await settled(pipeline.stopCustomization, input);
    expect(await jobs(bedrock)).toEqual(['Stopped']);
    expect(await models(bedrock)).toEqual([]);
    expect(await failureOf(once(pipeline.awaitCustomization, waitOf(input)))).toMatchObject({
      type: 'JobStopped',
      message: expect.stringContaining('somebody stopped it'),
    });
  });
});

it('deletes the model of a job that was over before it could be stopped', async () => {
  const bedrock = await bedrockPipeline();
  const input = await preparedCustomization();
  await customized(bedrock, input);
  await settled(bedrock.pipeline.stopCustomization, input);
  await settled(bedrock.pipeline.stopCustomization, input);
  expect(await models(bedrock)).toEqual([]);
  expect(await jobs(bedrock)).toEqual(['Completed']);
});

it('has nothing to stop where there is no job', async () => {
  const { pipeline } = await bedrockPipeline();
  await settled(pipeline.stopCustomization, await preparedCustomization());
});

it('stops a job that is older than it may be, which is told apart from one that somebody stopped', async () => {
  const bedrock = await withFaults({ operation: CREATE, hold: 'training' });
  const input = await preparedCustomization();
  await settled(bedrock.pipeline.submitCustomization, input);
  const failure = await failureOf(settled(bedrock.pipeline.awaitCustomization, waitOf(input, 1)));
  expect(failure).toMatchObject({
    type: 'MaxRuntimeExceeded',
    nonRetryable: true,
    message: expect.stringContaining('was stopped after its limit of 1 s; raise train.maxRuntime'),
  });
  expect(await jobs(bedrock)).toEqual(['Stopped']);
});

describe('the reason that Bedrock gives for a failed job', () => {
  it.each([
    [
      'Maximum input token count 4097 exceeds limit of 4096',
      'JobFailed',
      'temper check DATA --for amazon.nova-lite-v1:0',
    ],
    [
      'Amazon S3 perms missing (PutObject): Could not validate PutObject permissions to access S3 bucket: out at key output/.write_access_check_file.tmp',
      'AccessDenied',
      'allow s3:PutObject on out for the role in aws.role',
    ],
    [
      'Encountered an unexpected error when processing the request, please try again',
      'JobFailed',
      'start the run again',
    ],
  ])('%s', async (jobFails, type, says) => {
    const bedrock = await withFaults({ operation: CREATE, jobFails });
    const failure = await failureOf(customized(bedrock, await preparedCustomization()));
    expect(failure).toMatchObject({ type, nonRetryable: true });
    expect(failure.message).toContain(`failed: ${jobFails}; `);
    expect(failure.message).toContain(says);
  });
});
