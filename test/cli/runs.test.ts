import { expect, it } from 'vitest';
import type { RunSummary } from '../../cli/runs/list.ts';
import { cli, until } from './support/cli.ts';
import { ownNamespace, project, SPEC, startPipeline } from './support/pipeline.ts';

it('finds a run by its workflow id, an unambiguous part of it, or as the newest of its name', async () => {
  const env = await ownNamespace();
  await startPipeline(env);
  const cwd = await project(SPEC);
  const other = await project(SPEC.replace('name: reviews', 'name: tickets'));
  for (const each of [cwd, cwd, other]) {
    expect(await cli(['run', 'temper.yaml'], { env, cwd: each })).toMatchObject({ exitCode: 0 });
  }
  // Lists are a moment behind.
  let runs: RunSummary[] = [];
  await until(async () => {
    runs = (JSON.parse((await cli(['ls', '--json'], { env })).stdout) as { runs: RunSummary[] }).runs;
    return runs.filter(({ outcome }) => outcome === 'passed').length === 3;
  });
  expect(runs.map(({ name }) => name)).toEqual(['tickets', 'reviews', 'reviews']);
  const ids = runs.map(({ id }) => id);

  const [tickets = '', newer = ''] = ids;
  const found = async (text: string): Promise<unknown> =>
    (JSON.parse((await cli(['show', text, '--json'], { env })).stdout) as { run?: string }).run;
  expect(await found(`temper/reviews/${newer}`)).toBe(`temper/reviews/${newer}`);
  expect(await found(`reviews/${newer}`)).toBe(`temper/reviews/${newer}`);
  expect(await found(newer)).toBe(`temper/reviews/${newer}`);
  expect(await found('tickets')).toBe(`temper/tickets/${tickets}`);
  expect(await found('ticket')).toBe(`temper/tickets/${tickets}`);

  expect(await found('reviews')).toBe(`temper/reviews/${newer}`);
  expect((await cli(['watch', 'reviews'], { env })).stdout).toContain(`temper/reviews/${newer}`);

  const shown = await cli(['show', 'reviews'], { env });
  expect(shown.stdout).toContain(`temper/reviews/${newer}   watch it: http`);

  const part = await cli(['show', 'review'], { env });
  expect(part.exitCode).toBe(2);
  const ambiguous = await cli(['cancel', 'reviews'], { env });
  expect(ambiguous.exitCode).toBe(2);
  expect(ambiguous.stderr).toContain('"reviews" stands for 2 runs:');
  expect(ambiguous.stderr).toContain(`temper/reviews/${newer}`);

  const unknown = await cli(['show', 'temper/reviews/zzzzzz', '--json'], { env });
  expect(JSON.parse(unknown.stdout)).toMatchObject({ error: { code: 'RunNotFound' } });
  expect(unknown.exitCode).toBe(2);

  const misspelt = await cli(['show', 'reviws', '--json'], { env });
  expect(JSON.parse(misspelt.stdout)).toMatchObject({ error: { code: 'RunNotFound', fix: 'did you mean reviews?' } });

  const none = await cli(['ls', '--name', 'nope'], { env });
  expect(none).toMatchObject({ exitCode: 0, stdout: 'no such runs\n' });

  const ofName = await cli(['ls', '--name', 'reviews', '--limit', '1'], { env });
  const lines = ofName.stdout.trim().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(
    new RegExp(`^reviews +${newer} +deploy +passed +0\\.80 +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC`),
  );

  const over = await cli(['cancel', newer], { env });
  expect(over.exitCode).toBe(1);
  expect(over.stderr).toContain(`there is nothing to cancel: temper/reviews/${newer} is over (passed)`);
});

it('says what to do where there are no runs', async () => {
  const { exitCode, stdout } = await cli(['ls'], { env: await ownNamespace() });
  expect([exitCode, stdout]).toEqual([0, 'no runs yet; start one with: temper run FILE\n']);
});

it.each([['ls'], ['show', 'x'], ['logs', 'x'], ['cancel', 'x']])(
  'temper %s names the environment it asked',
  async (...argv) => {
    const env = await ownNamespace();
    const { stderr } = await cli(argv, { env });
    expect(stderr.split(`in         Temporal at ${env.TEMPORAL_ADDRESS}`)).toHaveLength(2);
  },
);
