import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { expect, test } from 'vitest';
import { identify } from '../../../local/processes.ts';
import { ownSageMaker, type World } from './support.ts';

/** Creates the job and returns its name. */
async function start(world: World, script: string, more: Partial<CreateTrainingJobCommandInput> = {}): Promise<string> {
  const request = await world.trainingRequest(script, more);
  await world.sagemaker.send(new CreateTrainingJobCommand(request));
  return String(request.TrainingJobName);
}

const HEEDS_SIGTERM = `
import os, signal, sys, time
def stop(*_):
    open(os.environ["SM_MODEL_DIR"] + "/partial.txt", "w").write("saved")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("ready", flush=True)
time.sleep(600)
`;

const IGNORES_SIGTERM = `
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(os.environ["SM_MODEL_DIR"] + "/early.txt", "w").write(str(os.getpid()) + " " + str(child.pid))
print("ready", flush=True)
time.sleep(600)
`;

test('a job that is stopped keeps what its script saved on SIGTERM', async () => {
  const world = await ownSageMaker();
  const name = await start(world, HEEDS_SIGTERM);
  await world.logged(name, 'ready');
  await world.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }));
  expect((await world.describe(name)).TrainingJobStatus).toMatch(/^Stop/);
  const job = await world.over(name);
  expect(job).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'Stopped' });
  expect(await world.files(String(job.ModelArtifacts?.S3ModelArtifacts))).toEqual({ 'partial.txt': 'saved' });
  await expect(world.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }))).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'The request was rejected because the training job is in status Stopped.',
  });
});

test('a script that ignores SIGTERM is killed after the grace, with all it started', async () => {
  const world = await ownSageMaker({ stopGraceSeconds: 0.2 });
  const name = await start(world, IGNORES_SIGTERM);
  await world.logged(name, 'ready');
  await world.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }));
  const job = await world.over(name);
  expect(job).toMatchObject({ TrainingJobStatus: 'Stopped' });
  const { 'early.txt': pids = '' } = await world.files(String(job.ModelArtifacts?.S3ModelArtifacts));
  expect(pids.split(' ')).toHaveLength(2);
  expect(pids.split(' ').map((pid) => identify(Number(pid)))).toEqual([undefined, undefined]);
});

test('a job that runs too long is stopped, and says so', async () => {
  const world = await ownSageMaker();
  const name = await start(world, HEEDS_SIGTERM, { StoppingCondition: { MaxRuntimeInSeconds: 1 } });
  const job = await world.over(name);
  expect(job).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxRuntimeExceeded' });
  expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
    ...['Starting', 'Downloading', 'Training', 'Stopping', 'Uploading', 'MaxRuntimeExceeded'],
  ]);
  expect(job.BillableTimeInSeconds).toBeGreaterThanOrEqual(1);
  expect(await world.files(String(job.ModelArtifacts?.S3ModelArtifacts))).toEqual({ 'partial.txt': 'saved' });
});

test('a script that fails fails the job, with its traceback', async () => {
  const world = await ownSageMaker();
  const name = await start(world, 'def load():\n    raise ValueError("no such column: text")\nload()\n', {
    HyperParameters: { epochs: '2' },
  });
  const job = await world.over(name);
  expect(job).toMatchObject({ TrainingJobStatus: 'Failed', SecondaryStatus: 'Failed' });
  expect(job.FailureReason).toMatch(/^AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "Traceback/);
  expect(job.FailureReason).toMatch(
    /ValueError: no such column: text"\nCommand ".*python -u train.py --epochs 2", exit code: 1$/,
  );
  // The log is complete before the status tells the end.
  expect(await world.log(name)).toContain('ValueError: no such column: text');
});

test('a script may give the reason itself', async () => {
  const world = await ownSageMaker();
  const name = await start(
    world,
    'import os, sys\nopen(os.environ["SM_OUTPUT_DIR"] + "/failure", "w").write("out of luck" * 200)\nsys.exit(3)\n',
  );
  const job = await world.over(name);
  expect(job.FailureReason).toMatch(/^AlgorithmError: out of luckout of.*, exit code: 3$/);
  expect(job.FailureReason?.length).toBeLessThanOrEqual(1024);
});

test('a requirement that cannot be installed fails the job with what uv said', async () => {
  const world = await ownSageMaker();
  const request = await world.trainingRequest('');
  const source = await world.putArchive('source.tar.gz', {
    'train.py': '',
    'requirements.txt': 'not a requirement !\n',
  });
  await world.sagemaker.send(
    new CreateTrainingJobCommand({
      ...request,
      HyperParameters: { sagemaker_program: 'train.py', sagemaker_submit_directory: source },
    }),
  );
  const job = await world.over(request.TrainingJobName);
  expect(job.FailureReason).toMatch(/^AlgorithmError: InstallRequirementsError:\nErrorMessage "uv pip install failed/);
});

test('a model that is nothing is an empty archive', async () => {
  const world = await ownSageMaker();
  const job = await world.over(await start(world, 'print("nothing to save")\n'));
  expect(job.TrainingJobStatus).toBe('Completed');
  expect(await world.files(String(job.ModelArtifacts?.S3ModelArtifacts))).toEqual({});
});

test('a job that logs much keeps every line', async () => {
  const world = await ownSageMaker();
  const lines = 20_000;
  const job = await world.over(await start(world, `for i in range(${lines}): print(f"line {i} {'x' * 80}")\n`));
  const log = await world.log(job.TrainingJobName);
  // Compared by count first, as a difference of this size cannot be read.
  const numbers = log.match(/(?<=^line )\d+/gm) ?? [];
  expect(numbers.length).toBe(lines);
  expect(numbers.findIndex((number, index) => Number(number) !== index)).toBe(-1);
});

test('checkpoints are brought back to the next job and kept while a job runs', async () => {
  const world = await ownSageMaker();
  await world.put('checkpoints/step-1.txt', 'one');
  const script = `
import os, sys
directory = sys.argv[sys.argv.index("--checkpoints") + 1]
assert open(directory + "/step-1.txt").read() == "one"
open(directory + "/step-2.txt", "w").write("two")
os.remove(directory + "/step-1.txt")
`;
  const name = await start(world, script, {
    HyperParameters: { checkpoints: '"/opt/ml/checkpoints"' },
    CheckpointConfig: { S3Uri: `s3://${world.bucket}/checkpoints` },
  });
  const job = await world.over(name);
  expect(job.FailureReason).toBeUndefined();
  expect((await world.get(`s3://${world.bucket}/checkpoints/step-2.txt`)).toString()).toBe('two');
  await expect(world.get(`s3://${world.bucket}/checkpoints/step-1.txt`)).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('source may come in a channel of its own', async () => {
  const world = await ownSageMaker();
  const request = await world.trainingRequest('');
  await world.put('code/main.py', 'import helper\nprint(helper.WORD)\n');
  await world.put('code/helper.py', 'WORD = "from the channel"\n');
  await world.sagemaker.send(
    new CreateTrainingJobCommand({
      ...request,
      HyperParameters: { sagemaker_program: '"main.py"' },
      InputDataConfig: [
        {
          ChannelName: 'code',
          DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${world.bucket}/code` } },
        },
      ],
    }),
  );
  const job = await world.over(request.TrainingJobName);
  expect(job.FailureReason).toBeUndefined();
  expect(await world.log(request.TrainingJobName)).toContain('from the channel');
});
