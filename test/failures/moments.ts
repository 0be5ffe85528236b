/** Runs that are held at the moments at which something is broken off. */
import { EXIT } from '../../cli/errors.ts';
import { startCli } from '../cli/support/cli.ts';
import type { AwsProxy, Held, Moment } from '../support/aws-proxy.ts';
import { type Env, type Project, type ProjectOptions, project } from '../support/runs.ts';

/** A moment of any run. */
export type RunMoment = Omit<Moment, 'name'>;

/** In the order of a run; what a run does at the moment, for people. */
export const MOMENTS = {
  'before the training job is created': { operation: 'CreateTrainingJob', when: 'before' },
  'when the training job is created, before anyone knows': { operation: 'CreateTrainingJob', when: 'after' },
  'while it looks at the training job': { operation: 'DescribeTrainingJob', when: 'before' },
  'when the model to evaluate is created, before anyone knows': { operation: 'CreateModel', when: 'after' },
  'before the transform job is created': { operation: 'CreateTransformJob', when: 'before' },
  'when the transform job is created, before anyone knows': { operation: 'CreateTransformJob', when: 'after' },
  'while it looks at the transform job': { operation: 'DescribeTransformJob', when: 'before' },
  'while it reads the predictions': { operation: 'GetObject', when: 'before' },
  'while it keeps the predictions': { operation: 'PutObject', when: 'before', within: '/evaluation/' },
  'before the endpoint config is created': { operation: 'CreateEndpointConfig', when: 'before' },
  'between endpoint config and endpoint': { operation: 'CreateEndpointConfig', when: 'after' },
  'before the endpoint is created': { operation: 'CreateEndpoint', when: 'before' },
  'when the endpoint is created, before anyone knows': { operation: 'CreateEndpoint', when: 'after' },
  'while it asks the endpoint': { operation: 'InvokeEndpoint', when: 'before' },
} as const satisfies Readonly<Record<string, RunMoment>>;

/** A run, followed by the CLI, that stands still at its moment. */
export interface HeldRun extends Held {
  readonly project: Project;
  /** Empty where the run ended as expected, else what the CLI said. */
  readonly ended: (expected: keyof typeof EXIT) => Promise<string>;
}

/** Starts a run of a project of its own, and returns when it has come to the moment. */
export async function runTo(
  proxy: AwsProxy,
  env: Env,
  moment: RunMoment,
  options: ProjectOptions = {},
): Promise<HeldRun> {
  const held = await project(options);
  const { reached, release } = proxy.hold({ ...moment, name: held.name });
  const { done } = startCli(['run', held.specFile], { env });
  const early = done.then(({ stdout, stderr }) =>
    Promise.reject(new Error(`it never came to it:\n${stdout}${stderr}`)),
  );
  await Promise.race([reached, early]);
  return {
    project: held,
    reached,
    release,
    ended: async (expected) => {
      const { exitCode, stdout, stderr } = await done;
      return exitCode === EXIT[expected] ? '' : stdout + stderr;
    },
  };
}

/** Does the same with a run at each of the moments, at once; what comes of it, by moment. */
export async function atEach<T>(
  moments: Readonly<Record<string, RunMoment>>,
  work: (moment: RunMoment) => Promise<T>,
): Promise<Record<string, T>> {
  const all = Object.entries(moments).map(async ([name, moment]) => [name, await work(moment)] as const);
  return Object.fromEntries(await Promise.all(all));
}
