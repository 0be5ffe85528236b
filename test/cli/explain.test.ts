import { expect, it } from 'vitest';
import { cli } from './support/cli.ts';

it('temper explain CODE says what it means, why and what to do', async () => {
  const { exitCode, stdout } = await cli(['explain', 'capacityunavailable']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "  CapacityUnavailable  runs

      means       AWS had no machine of any type that was asked for, for as long as the spec lets the
                  run wait
      why         large GPU types are often taken in a region for hours
      what to do  add instance types to train.instance, raise train.maxWait, or start the run again
                  later
      such as     CapacityError: unable to provision requested ML compute capacity; please retry using a
                  different type
    "
  `);
});

it('temper explain lists every code', async () => {
  const { stdout } = await cli(['explain']);
  for (const code of ['unknown_key', 'invalid_json', 'TemporalUnreachable', 'JobFailed'])
    expect(stdout).toContain(code);
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
