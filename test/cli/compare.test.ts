import { expect, it } from 'vitest';
import type { Comparison } from '../../spec/comparison.ts';
import { cli } from './support/cli.ts';
import { ownNamespace, project, SPEC, startPipeline } from './support/pipeline.ts';

const ON_BEDROCK = `
name: reviews-bedrock
data: { source: data, split: { test: 0.2 } }
train: { engine: bedrock, base: amazon.nova-micro-v1:0 }
evaluate: { metrics: [accuracy] }
deploy: { to: bedrock-on-demand }
`;

it('puts a run on SageMaker beside one on Bedrock, on a terminal and for a program', async () => {
  const env = await ownNamespace();
  await startPipeline(env);
  for (const spec of [SPEC, ON_BEDROCK]) {
    const { exitCode, stderr } = await cli(['run', 'temper.yaml'], { env, cwd: await project(spec) });
    expect([exitCode, stderr]).toEqual([0, expect.anything()]);
  }
  const { stdout: json } = await cli(['compare', 'reviews', 'reviews-bedrock', '--json'], { env });
  const { test, runs } = JSON.parse(json) as Comparison;
  expect(test).toBe('same');
  expect(runs.map(({ engine, outcome, serves }) => [engine, outcome, serves?.to])).toEqual([
    ['sagemaker', 'passed', 'sagemaker-endpoint'],
    ['bedrock', 'passed', 'bedrock-on-demand'],
  ]);

  const options = { env: { ...env, NO_COLOR: '1' }, terminal: true, columns: 80 };
  const { exitCode, stdout } = await cli(['compare', 'reviews', 'reviews-bedrock'], options);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/accuracy +0\.80 \(base 0\.60\) +0\.80 \(base 0\.60\) {2}\+0\.000/);
  expect(stdout).toContain('both were tested on the same');
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

it('names a run that there is not', async () => {
  const { exitCode, stderr } = await cli(['compare', 'nothing', 'of the kind'], { env: await ownNamespace() });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('no run matches "nothing"')]);
});
