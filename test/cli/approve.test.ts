/** Decisions on the command line: what is shown, asked and told, and what is refused. */
import { userInfo } from 'node:os';
import { expect, it } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import type { RunRecord } from '../../spec/record.ts';
import { fakeActivities } from '../workflows/fake-activities.ts';
import { cli, startCli, until } from './support/cli.ts';
import { type Env, ownNamespace, project, SPEC, startPipeline } from './support/pipeline.ts';

const { awaitDeployment } = fakeActivities().activities;

/** Starts a run of the spec, and waits until a person has to decide. */
async function waiting(approve = 'manual', env?: Env): Promise<{ readonly env: Env; readonly run: string }> {
  const where = env ?? (await ownNamespace());
  if (!env) await startPipeline(where, { awaitDeployment });
  const { run } = await start(where, approve);
  await until(async () => (await shown(where, run)).waiting?.for === 'approval');
  return { env: where, run };
}

async function start(env: Env, approve: string): Promise<{ run: string }> {
  const cwd = await project(`${SPEC}approve: ${approve}\n`);
  return JSON.parse((await cli(['run', 'temper.yaml', '--detach', '--json'], { env, cwd })).stdout) as { run: string };
}

const shown = async (env: Env, run: string): Promise<RunRecord> =>
  JSON.parse((await cli(['show', run, '--json'], { env })).stdout) as RunRecord;

const codeOf = ({ stdout }: { stdout: string }): string =>
  (JSON.parse(stdout) as { error: { code: string } }).error.code;

it('says wherever a run is looked at that it waits, until when, what happens then, and what to do', async () => {
  const { env, run } = await waiting('{ approvers: [ana, ben], within: 2d }');
  const line =
    /approve +waiting for approval by ana, ben since \d\d:\d\d UTC, until [\d-]+ \d\d:\d\d UTC, then declined · a person decides on each model; decide with: temper approve temper\/reviews\/\w+, or temper decline temper\/reviews\/\w+ --comment WHY/;
  expect((await cli(['show', run], { env })).stdout).toMatch(line);
  const watching = startCli(['watch', run], { env });
  await until(() => line.test(watching.stdout()));
  watching.interrupt();
  await watching.done;
  await until(async () => /approve +waits for approval/.test((await cli(['ls'], { env })).stdout));
});

it('shows the evidence, takes a name for the one run that waits, and tells what comes of it', async () => {
  const { env, run } = await waiting();
  // Lists are a moment behind.
  await until(async () => (await cli(['ls'], { env })).stdout.includes('waits for approval'));
  const watching = startCli(['watch', run], { env });
  const { exitCode, stdout, stderr } = await cli(['approve', 'reviews', '--comment', 'reads well', '--json'], { env });
  expect(exitCode).toBe(EXIT.done);
  expect(JSON.parse(stdout)).toEqual({
    run,
    verdict: 'approve',
    by: userInfo().username,
    at: expect.stringMatching(/Z$/),
    comment: 'reads well',
    evidence: expect.stringMatching(/^[0-9a-f]{16}$/),
    how: 'cli',
  });
  expect(stderr).toContain('"reason":"a person decides on each model"');
  const watched = await watching.done;
  expect(watched.exitCode).toBe(EXIT.done);
  expect(watched.stdout).toMatch(/✔ approve +approved by \S+ at \d\d:\d\d UTC.*\n? *reads well/);
  expect(watched.stdout).toMatch(/✔ deploy/);
});

it('asks on a terminal, where anything but yes decides nothing', async () => {
  const { env, run } = await waiting('{ within: 2d, otherwise: approve }');
  const ask = async (answer: string, ...words: string[]) => {
    const asking = startCli([...words, '--by', 'ana'], { env: { ...env, NO_COLOR: '1' }, terminal: true });
    await until(() => asking.stderr().includes('[y/N]'));
    asking.type(answer);
    return asking.done;
  };
  const no = await ask('n', 'approve', run);
  expect(no).toMatchObject({ exitCode: EXIT.failed, stderr: expect.stringContaining('nothing was decided') });
  expect(no.stderr).toMatch(/ +accuracy +rows\n +base +0\.60 +100\n +candidate +0\.80 +100\n/);
  expect(no.stderr).toContain('✔ accuracy >= 0.70');
  expect(no.stderr).toMatch(/until +[\d-]+ \d\d:\d\d UTC, in (2d|1d 23h).*; then approved/);
  const yes = await ask('y', 'decline', run, '--comment', 'too terse');
  expect(yes.stdout).toContain('declined by ana: nothing is deployed');
  const watched = await cli(['watch', run], { env });
  expect(watched.exitCode).toBe(EXIT.declined);
  expect(watched.stdout).toMatch(/✖ approve +declined by ana at .*\n? *too terse/);
  expect(watched.stdout).toMatch(/declined by ana at \d\d:\d\d UTC: nothing was deployed\n +the model is kept: s3:/);
  expect((await cli(['ls'], { env })).stdout).toMatch(/approve +declined/);
});

it('refuses what does not count, with what to do', async () => {
  const { env, run } = await waiting('{ approvers: [ana], within: 2d }');
  const told = async (...words: string[]) => codeOf(await cli([...words, '--json'], { env }));
  expect(await told('approve', run, '--by', 'eve')).toBe('NotAnApprover');
  expect(await told('approve', run, '--by', 'ana', '--evidence', '0123456789abcdef')).toBe('EvidenceChanged');
  const text = await cli(['approve', run], { env: { ...env, TEMPER_USER: 'mallory' } });
  expect(text.stderr).toContain('error: mallory is not among those who may decide: ana\n');
  expect(text.stderr).toContain('fix: let one of them decide; --by or TEMPER_USER');
  expect((await cli(['decline', run], { env })).exitCode).toBe(EXIT.usage);

  expect((await cli(['approve', run], { env: { ...env, TEMPER_USER: 'ana' } })).exitCode).toBe(EXIT.done);
  await cli(['watch', run], { env });
  expect(await told('decline', run, '--comment', 'no', '--by', 'ana')).toBe('ApprovalDecided');
  const { run: another } = await start(env, 'auto');
  await cli(['watch', another], { env });
  expect(await told('approve', another)).toBe('RunOver');
  // Of a name none of whose runs waits, the newest run says why.
  expect((await cli(['approve', 'reviews'], { env })).stderr).toContain(`${another} is over (passed)`);
});

it('says of a newer model that was handed over meanwhile', async () => {
  const { env, run } = await waiting();
  const { run: newer } = await start(env, 'auto');
  await cli(['watch', newer], { env });
  await until(async () => /deploy +passed/.test((await cli(['ls'], { env })).stdout));
  const { stderr } = await cli(['decline', run, '--comment', 'overtaken'], { env });
  expect(stderr).toContain(`which this one would replace: ${newer}`);
});

it('needs a worker: with none it says so, and nothing is decided', async () => {
  const env = await ownNamespace();
  const stop = await startPipeline(env);
  const { run } = await waiting('manual', env);
  await stop();
  const sent = await cli(['approve', run], { env });
  expect(sent).toMatchObject({
    exitCode: EXIT.failed,
    stderr: expect.stringContaining('start one with: temper worker'),
  });
  await startPipeline(env);
  await until(async () => (await shown(env, run)).waiting?.for === 'approval');
});
