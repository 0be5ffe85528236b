/** Runs whose scripts do what scripts do on a bad day: what the user is told, and what is left. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EXIT, type ExitCode } from '../../cli/errors.ts';
import { cli } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { startWorkerProcess } from '../e2e/worker-process.ts';
import { ownSageMaker, sageMakerProcess, serverOptions } from '../local/sagemaker/support.ts';
import { AwsProxy } from '../support/aws-proxy.ts';
import { ownRegion, sharedRegion } from '../support/region.ts';
import { type ProjectOptions, project, resourcesOf } from '../support/runs.ts';

interface Scenario extends ProjectOptions {
  readonly set?: readonly string[];
  readonly exit: ExitCode;
  /** What the CLI says of it. */
  readonly says: RegExp;
  readonly job: string;
}

const SAVES = 'open(os.environ["SM_MODEL_DIR"] + "/words.json", "w").write("{}")';

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'no model': {
    train: 'print("done")',
    exit: EXIT.failed,
    says: /failed in train \(NoModel\): training job \S+ left no model: s3:\S+ holds no file; save the model to the directory in SM_MODEL_DIR/,
    job: 'Completed',
  },
  'a full disk': {
    // A file that is as full as a disk can be, for whoever writes to it.
    train:
      'import os\nos.symlink("/dev/full", os.environ["SM_MODEL_DIR"] + "/weights")\nopen(os.environ["SM_MODEL_DIR"] + "/weights", "w").write("x" * 9999)',
    exit: EXIT.failed,
    says: /failed in train \(JobFailed\)[\s\S]*OSError: \[Errno 28\] No space left on device/,
    job: 'Failed',
  },
  'a metric that is no number': {
    train: `import os\n${SAVES}\nprint("words=nan")`,
    set: ['train.metrics.words=words=([a-z]+)', 'gate=[]', 'deploy.to=none'],
    exit: EXIT.done,
    // CloudWatch takes none: the job has no such metric.
    says: /✔ train .* [\d.]+ s\n/,
    job: 'Completed',
  },
  'longer than its limit': {
    waits: true,
    set: ['train.maxRuntime=1s'],
    exit: EXIT.failed,
    says: /failed in train \(MaxRuntimeExceeded\): training job \S+ was stopped after its limit of 1 s; raise train\.maxRuntime/,
    job: 'Stopped',
  },
  'longer than its limit, and deaf to SIGTERM': {
    train: `import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n${SAVES}\nprint("deaf")\ntime.sleep(600)`,
    set: ['train.maxRuntime=1s'],
    exit: EXIT.failed,
    says: /\(MaxRuntimeExceeded\)[\s\S]* what it had saved is s3:\S+\/output\/model\.tar\.gz/,
    job: 'Stopped',
  },
};

it.runIf(process.platform === 'linux')(
  'a script that fails its run is told with what to do, and leaves nothing',
  async () => {
    const env = await ownNamespace();
    const { url } = await ownSageMaker({ stopGraceSeconds: 0.5 });
    const proxy = await AwsProxy.start({ ...sharedRegion(), sagemakerUrl: url }, env);
    await startWorkerProcess(proxy.env);
    const runs = Object.entries(SCENARIOS).map(async ([what, { set = [], exit, says, job, ...options }]) => {
      const { name, specFile } = await project(options);
      const run = await cli(['run', specFile, ...set.flatMap((value) => ['--set', value])], { env: proxy.env });
      expect.soft(run.stdout + run.stderr, what).toMatch(says);
      expect.soft(run.exitCode, what).toBe(exit);
      const { transform: _, ...left } = await resourcesOf(proxy.env, name);
      expect.soft(left, what).toEqual({ training: [job], models: 0, configs: 0, endpoints: [], uploads: 0 });
    });
    await Promise.all(runs);
  },
);

/** Megabytes of memory that a process took at most. */
const peakOf = (pid: number | undefined): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000;

const LINES = 100_000;
const LINE_BYTES = 1_000;
/** Less than the log, so that it cannot be in there. */
const MAX_GROWTH_MB = 100;

it.runIf(process.platform === 'linux')(
  'a script that logs 100 MB takes no memory for it, and its log can be read to the last line',
  async () => {
    // MiniStack keeps logs in memory, which is not for the region that other tests share.
    const region = await ownRegion();
    const proxy = await AwsProxy.start(region, region.env);
    // Long enough for all of it to be written meanwhile, if nothing held the script back.
    proxy.setFaults({ rules: [{ operation: 'PutLogEvents', delay: '4s', times: 1 }] });
    const logsEndpoint = proxy.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS ?? '';
    const sagemaker = await sageMakerProcess(await serverOptions({ s3Endpoint: region.awsUrl, logsEndpoint }));
    proxy.sagemakerUrl = sagemaker.url;
    const worker = await startWorkerProcess(proxy.env);
    const peaks = () => [sagemaker.child, worker].map(({ pid }) => peakOf(pid));
    const before = peaks();
    const { name, specFile } = await project({
      train: `import os\n${SAVES}\nfor i in range(${LINES}): print("%07d" % i, "x" * (${LINE_BYTES} - 9))`,
      rest: 'deploy: { to: none }',
    });
    expect(await cli(['run', specFile], { env: proxy.env })).toMatchObject({ exitCode: EXIT.done });
    const growth = peaks().map((peak, of) => peak - (before[of] ?? 0));
    expect(Math.max(...growth), `MB, of SageMaker and of the worker: ${growth}`).toBeLessThan(MAX_GROWTH_MB);
    const { stdout } = await cli(['logs', name], { env: proxy.env });
    const numbers = stdout.match(/^\d{7}/gm) ?? [];
    expect(numbers.length).toBe(LINES);
  },
);
