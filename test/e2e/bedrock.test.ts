/** The example of Bedrock from the command line to an answer, in the laptop region, with a worker in a process of its own. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import type { Comparison } from '../../spec/comparison.ts';
import { cli } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { expectExit, recordOf } from '../support/runs.ts';
import { uniqueName } from '../support/unique-name.ts';
import { startWorkerProcess } from './worker-process.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/product-reviews/temper.bedrock.yaml', import.meta.url));

it('takes reviews to a custom model that answers, and the next run to the same address', async () => {
  const env = await ownNamespace();
  await startWorkerProcess(env);
  const name = uniqueName('reviews');
  const run = ['run', EXAMPLE, '--set', `name=${name}`, '--set'];
  expectExit(await cli([...run, 'data.split.seed=7'], { env }), EXIT.done);
  const first = await recordOf(env, name);
  expect(first).toMatchObject({
    outcome: 'passed',
    model: { engine: 'bedrock', metrics: { training_loss: expect.any(Number) } },
    deployment: { to: 'bedrock-on-demand', name, created: true },
  });
  expect(first.evaluations?.candidate?.scores.metrics.accuracy).toBeGreaterThan(0.7);
  const answer = await cli(['invoke', name, '--text', 'it stopped working after two days'], { env });
  expect(answer.stdout.trim()).toBe('negative');

  // Other rows are held back, so that the models do not compare.
  expectExit(await cli([...run, 'data.split.seed=8'], { env }), EXIT.done);
  const second = await recordOf(env, name);
  expect(second.deployment).toMatchObject({ created: false, arn: (first.deployment as { arn: string }).arn });
  const { stdout } = await cli(['compare', first.run, second.run, '--json'], { env });
  const { test, runs } = JSON.parse(stdout) as Comparison;
  expect(test).toBe('different');
  expect(runs.map(({ bill: { unknown, usd } }) => [unknown, usd > 0.1 && usd < 1])).toEqual([
    [[], true],
    [[], true],
  ]);
});
