/** Many runs while AWS, and the way to it, fail at random. */
import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { cli } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { startWorkerProcess } from '../e2e/worker-process.ts';
import { AwsProxy } from '../support/aws-proxy.ts';
import { sharedRegion } from '../support/region.ts';
import { HANDED_OVER, type Project, project, resourcesOf } from '../support/runs.ts';
import { threeInTen } from './three-in-ten.ts';

const RUNS = 100;
const AT_ONCE = 50;
/** An endpoint is a server that stays: of so many runs, one in this many serves. */
const SERVES = 5;

// Each ends by a time limit of the SDK, ten seconds or more.
const UNANSWERED = ['CreateTrainingJob', 'CreateTransformJob', 'PutObject', 'GetObject'].map((operation) => ({
  operation,
  after: 20,
  times: 1,
  delay: '1h',
}));

/** Does the work on all, `AT_ONCE` at a time. */
async function forAll<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = [...items.entries()];
  const lane = async (): Promise<void> => {
    for (let next = rest.shift(); next; next = rest.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return results;
}

it('100 runs pass, with one training job each, while 30 % of all AWS calls fail', async () => {
  const seed = Number(process.env.TEMPER_TEST_SEED ?? randomInt(2 ** 31));
  const env = await ownNamespace();
  const proxy = await AwsProxy.start(sharedRegion(), env);
  const { rules } = threeInTen(seed);
  proxy.setFaults({ seed, rules: [...UNANSWERED, ...rules] });
  await startWorkerProcess(proxy.env);
  const projects = await Promise.all(
    Array.from({ length: RUNS }, (_, nth) =>
      project({ rest: `deploy: { to: ${nth % SERVES === 0 ? 'sagemaker-endpoint' : 'none'} }` }),
    ),
  );
  const outcomeOf = async ({ name, specFile }: Project) => {
    const { exitCode, stdout, stderr } = await cli(['run', specFile], { env: proxy.env });
    return { said: exitCode === 0 ? 'passed' : stdout + stderr, ...(await resourcesOf(env, name)) };
  };
  const outcomes = await forAll(projects, outcomeOf);
  const trained = { ...HANDED_OVER, models: 0, configs: 0, endpoints: [] };
  const expected = projects.map((_, nth) => ({ said: 'passed', ...(nth % SERVES === 0 ? HANDED_OVER : trained) }));
  expect(outcomes, `TEMPER_TEST_SEED=${seed}`).toEqual(expected);
});
