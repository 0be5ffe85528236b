import { expect, it } from 'vitest';
import { cli } from './support/cli.ts';

it('temper explain CODE says what it means, why and what to do', async () => {
  const { exitCode, stdout } = await cli(['explain', 'regionisdown']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "  RegionIsDown  commands

      means       no laptop region is up here
      why         it was not started, or keeps its state elsewhere: see TEMPER_HOME
      what to do  temper dev up
      such as     no region is up in /home/ana/reviews/.temper
    "
  `);
});

it('temper explain lists every code', async () => {
  const { stdout } = await cli(['explain']);
  for (const code of ['unknown_key', 'invalid_json', 'TemporalUnreachable', 'JobFailed'])
    expect(stdout).toContain(code);
});

it.each([['explain'], ['explain', 'QuotaExceeded'], ['--help']])('temper %s fits narrow terminals', async (...argv) => {
  const { stdout } = await cli(argv, { columns: 60, terminal: true, env: { NO_COLOR: '1' } });
  expect(stdout.split('\n').filter((line) => line.length > 60)).toEqual([]);
});

it('gives the same as JSON', async () => {
  const all = JSON.parse((await cli(['explain', '--json'])).stdout) as { errors: { code: string }[] };
  const one = JSON.parse((await cli(['explain', 'JobFailed', '--json'])).stdout) as { errors: unknown[] };
  expect(one.errors).toEqual(all.errors.filter(({ code }) => code === 'JobFailed'));
  expect(one.errors).toEqual([expect.objectContaining({ group: 'runs', fix: expect.stringContaining('temper logs') })]);
});

it('suggests what was meant', async () => {
  const { exitCode, stderr } = await cli(['explain', 'JobFaild']);
  expect([exitCode, stderr]).toEqual([2, 'error: there is no error code "JobFaild"\n  fix: did you mean JobFailed?\n']);
});

it('errors say where there is more to read', async () => {
  const { stderr } = await cli(['ls'], { env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  expect(stderr).toContain('more: temper explain TemporalUnreachable');
  expect((await cli(['ls', '--limt'])).stderr).not.toContain('more:');
});
