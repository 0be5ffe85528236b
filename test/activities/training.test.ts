import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  ListTrainingJobsCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import { trainingRequest } from '../../activities/sagemaker/training-request.ts';
import { trainingJobName } from '../../spec/naming.ts';
import { clients, failureOf, logOf, pipeline, preparedTraining, settled, trained } from '../support/activities.ts';

async function jobsNamed(name: string): Promise<(string | undefined)[]> {
  const { TrainingJobSummaries } = await clients.sagemaker.send(new ListTrainingJobsCommand({ NameContains: name }));
  return (TrainingJobSummaries ?? []).map(({ TrainingJobStatus }) => TrainingJobStatus);
}

it('trains a model and tells its artifact, metrics and billed seconds', async () => {
  const input = await preparedTraining();
  const model = await trained(input);
  expect(model.artifact).toMatch(new RegExp(`^s3://.*/runs/${input.run.id}/.*/output/model.tar.gz$`));
  expect(model.metrics.words).toBeGreaterThan(40);
  expect(model.billedSeconds).toBeGreaterThan(0);
});

it('attaches to the job of a former attempt', async () => {
  const input = await preparedTraining();
  const [first, second] = [
    await settled(pipeline.submitTraining, input),
    await settled(pipeline.submitTraining, input),
  ];
  expect(second).toEqual(first);
  await settled(pipeline.awaitTraining, second);
  expect(await jobsNamed(input.run.name)).toEqual(['Completed']);
});

const CONFLICT = {
  type: 'Conflict',
  nonRetryable: true,
  message: expect.stringContaining("exists and is not this run's"),
};

it('refuses a job of its name that somebody else made, and lets it go on', async () => {
  const input = await preparedTraining({ waitFor: '/nowhere/never' });
  await clients.sagemaker.send(new CreateTrainingJobCommand(trainingRequest(input)));
  await expect(settled(pipeline.submitTraining, input)).rejects.toMatchObject(CONFLICT);
  const { run, account } = input;
  await settled(pipeline.stopTraining, { run, jobName: trainingJobName(run), region: account.region });
  expect(await jobsNamed(run.name)).toEqual(['InProgress']);
  const TrainingJobName = trainingJobName(run);
  await clients.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName }));
});

it('refuses a job of its name that the run made of another request', async () => {
  const input = await preparedTraining();
  await settled(pipeline.submitTraining, input);
  const spec = { ...input.spec, train: { ...input.spec.train, maxRuntime: '7m' } };
  await expect(settled(pipeline.submitTraining, { ...input, spec })).rejects.toMatchObject(CONFLICT);
});

it('stops a job that runs, and waits until it is stopped', async () => {
  const input = await preparedTraining({ waitFor: '/nowhere/never' });
  const job = await settled(pipeline.submitTraining, input);
  await settled(pipeline.stopTraining, job);
  const { TrainingJobStatus } = await clients.sagemaker.send(
    new DescribeTrainingJobCommand({ TrainingJobName: job.jobName }),
  );
  expect(TrainingJobStatus).toBe('Stopped');
  await expect(settled(pipeline.awaitTraining, job)).rejects.toMatchObject({ type: 'JobStopped', nonRetryable: true });
});

it('has nothing to stop where there is no job, or where it is over', async () => {
  const input = await preparedTraining();
  const { run, account } = input;
  await settled(pipeline.stopTraining, { run, jobName: `${run.name}-never`, region: account.region });
  const model = await trained(input);
  await settled(pipeline.stopTraining, { run, jobName: model.jobName, region: account.region });
  expect(await jobsNamed(input.run.name)).toEqual(['Completed']);
});

it('a script that fails is a failed job, with its traceback', async () => {
  const failure = await failureOf(trained(await preparedTraining({ fail: 'no such column: colour' })));
  expect(failure).toMatchObject({ type: 'JobFailed', nonRetryable: true });
  expect(failure.message).toContain('no such column: colour');
  expect(logOf(failure)).toMatch(/training has begun[\s\S]*Traceback[\s\S]*ValueError: no such column: colour/);
});

it('a job over its time limit is told apart from one that somebody stopped', async () => {
  const input = await preparedTraining({ waitFor: '/nowhere/never' });
  const { train } = input.spec;
  const limited = { ...input, spec: { ...input.spec, train: { ...train, maxRuntime: '1s' } } };
  await expect(trained(limited)).rejects.toMatchObject({
    type: 'MaxRuntimeExceeded',
    nonRetryable: true,
    message: expect.stringMatching(/limit of 1 s; raise train\.maxRuntime; it had saved no model$/),
  });
});

it('a job over its time limit that had saved something names it', async () => {
  const saves = 'import os, time\nopen(os.environ["SM_MODEL_DIR"] + "/part", "w").write("x")\ntime.sleep(600)\n';
  const input = await preparedTraining({ train: saves });
  const limited = { ...input, spec: { ...input.spec, train: { ...input.spec.train, maxRuntime: '1s' } } };
  await expect(trained(limited)).rejects.toMatchObject({
    message: expect.stringMatching(/what it had saved is s3:.*\/output\/model\.tar\.gz$/),
  });
});

it.each([
  ['nothing', 'print("done")'],
  ['an empty directory', 'import os\nos.makedirs(os.environ["SM_MODEL_DIR"] + "/checkpoints")'],
])('a script that saves %s is told before anything is evaluated', async (_, train) => {
  await expect(trained(await preparedTraining({ train }))).rejects.toMatchObject({
    type: 'NoModel',
    nonRetryable: true,
    message: expect.stringContaining('holds no file; save the model to the directory in SM_MODEL_DIR'),
  });
});

it('an empty file is a model, for all that is known of it', async () => {
  const train = 'import os\nopen(os.environ["SM_MODEL_DIR"] + "/marker", "w").close()';
  expect(await trained(await preparedTraining({ train }))).toHaveProperty('artifact');
});
