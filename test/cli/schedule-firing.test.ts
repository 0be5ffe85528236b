/** Schedules that fire: triggered, followed, told, updated while they do; training itself is played. */
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { expect, it, onTestFinished } from 'vitest';
import { writeFiring } from '../../activities/retraining/ledger.ts';
import { createRetrainingActivities } from '../../activities/retraining/retraining.ts';
import { EXIT } from '../../cli/errors.ts';
import type { ScheduleReport, ScheduleSummary } from '../../cli/schedules/report.ts';
import { scheduleIdOf } from '../../spec/naming.ts';
import { RUN_VERSION, type RunRecord } from '../../spec/record.ts';
import type { Firing } from '../../spec/retrain.ts';
import { account, aws, clients } from '../support/activities.ts';
import { held } from '../support/held.ts';
import { expectExit } from '../support/runs.ts';
import { type AllActivities, scoresWith, underWay } from '../workflows/fake-activities.ts';
import { type CliResult, cli, startCli, until } from './support/cli.ts';
import { type Env, ownNamespace, startPipeline } from './support/pipeline.ts';
import { asAna, type ScheduledProject, scheduledProject } from './support/scheduled.ts';

const env = asAna(await ownNamespace());
const ledger = createRetrainingActivities({ aws });

/** A schedule that never fires by itself while the test goes on, and a worker whose jobs are played. */
async function scheduled(
  retrain: string,
  { activities = {}, more = '' }: { activities?: Partial<AllActivities>; more?: string } = {},
): Promise<ScheduledProject & { readonly env: Env }> {
  const where = asAna(await ownNamespace());
  await startPipeline(where, { ...ledger, ...activities });
  const project = await scheduledProject(retrain, more);
  expectExit(await cli(['schedule', 'create', 'temper.yaml'], { env: where, cwd: project.cwd }), EXIT.done);
  return { ...project, env: where };
}

/** A run that evaluates until it is let end. */
function heldRun(): { readonly activities: Partial<AllActivities>; readonly release: () => void } {
  const { released, release } = held();
  return { activities: { submitEvaluation: () => released }, release };
}

async function temporalClient({ TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE }: Env): Promise<Client> {
  const connection = await Connection.connect({ address: TEMPORAL_ADDRESS ?? '' });
  onTestFinished(() => connection.close());
  return new Client({ connection, namespace: TEMPORAL_NAMESPACE ?? '' });
}

const json = <T>({ stdout }: CliResult): T => JSON.parse(stdout) as T;
const shown = async (where: Env, name: string): Promise<ScheduleReport> =>
  json(await cli(['schedule', 'show', name, '--json'], { env: where }));

it('trains when somebody asks, with who and why in the record; ls and show tell what came of it and what it cost', async () => {
  const { name, env: where } = await scheduled('{ every: 1w, budget: 200 USD, when: { championAge: 30d } }');
  const result = await cli(['schedule', 'trigger', name, '--comment', 'labels were mended', '--json'], { env: where });
  expectExit(result, EXIT.done);
  const firing = json<Firing>(result);
  expect(firing).toMatchObject({
    name,
    decision: { decided: 'train', asked: { by: 'ana', comment: 'labels were mended' } },
    outcome: 'passed',
  });
  const record = json<RunRecord>(await cli(['show', firing.run ?? '', '--json'], { env: where }));
  expect(record).toMatchObject({
    startedBy: { how: 'schedule', by: 'ana', comment: 'labels were mended' },
    decision: { firing: firing.decision.firing },
  });
  const story = (await cli(['show', firing.run ?? ''], { env: where })).stdout;
  expect(story).toContain('  why        ana asked for it: labels were mended; ');
  const report = await shown(where, name);
  expect(report).toMatchObject({ name, total: 1, month: { runs: 1, budget: '200 USD' }, setBy: { by: 'ana' } });
  expect(report.month.usd).toBeCloseTo(firing.billedUsd ?? Number.NaN);
  const { stdout } = await cli(['schedule', 'show', name], { env: where });
  expect(stdout).toMatch(new RegExp(`passed +${firing.run} +0\\.\\d\\d USD\\n +ana asked for it: labels were mended`));
  expect(stdout).toMatch(/\d{4}-\d\d +0\.\d\d of 200 USD, 1 run\n/);
  const list = json<{ schedules: ScheduleSummary[] }>(await cli(['schedule', 'ls', '--json'], { env: where }));
  expect(list.schedules).toMatchObject([{ name, paused: false, last: { run: firing.run }, month: { runs: 1 } }]);
  expect((await cli(['schedule', 'ls'], { env: where })).stdout).toMatch(
    new RegExp(`${name} +on +\\w{3} .* UTC +passed .* UTC +0\\.\\d\\d of 200 USD +every 1w`),
  );
});

it('lets the conditions decide with --when-due; a skip is told with its reason', async () => {
  const { name, env: where } = await scheduled('{ every: 1w, when: { championAge: 30d } }');
  // A reason that nothing would keep is not taken.
  const reasoned = await cli(['schedule', 'trigger', name, '--when-due', '--comment', 'new labels'], { env: where });
  expectExit(reasoned, EXIT.usage);
  const first = await cli(['schedule', 'trigger', name, '--when-due'], { env: where });
  expectExit(first, EXIT.done);
  expect(first.stdout).toMatch(new RegExp(`passed +temper/${name}/`));
  expect(first.stdout).toContain(`no model of ${name} was trained yet`);
  const second = await cli(['schedule', 'trigger', name, '--when-due', '--json'], { env: where });
  expectExit(second, EXIT.done);
  expect(json<Firing>(second).decision).toMatchObject({ decided: 'skip', findings: [{ due: false }] });
  const report = await shown(where, name);
  expect(report.firings.map(({ decision }) => decision.decided)).toEqual(['skip', 'train']);
  // Its decisions are told below: beside the note there is room for why it is paused.
  await cli(['schedule', 'pause', name, '--comment', 'holidays'], { env: where });
  const paused = await cli(['schedule', 'show', name], { env: where });
  expect(paused.stdout).toMatch(/\n +note +paused by ana at .* UTC: holidays\n +ui /);
});

it('of two triggers one starts a run, and the other says which is under way', async () => {
  const { activities, release } = heldRun();
  const { name, env: where } = await scheduled('{ every: 1w }', { activities });
  const following = startCli(['schedule', 'trigger', name], { env: where });
  await until(() => following.stdout().includes('✔ train'));
  const { run = '' } = await shown(where, name);
  expect(run).toMatch(new RegExp(`^temper/${name}/`));
  const second = await cli(['schedule', 'trigger', name, '--json'], { env: where });
  expect(second.exitCode).toBe(EXIT.failed);
  expect(JSON.parse(second.stdout).error).toMatchObject({
    code: 'FiringUnderWay',
    message: expect.stringContaining(`with its run ${run}`),
    fix: `follow its run with: temper watch ${run}`,
  });
  // One that comes all the same, as by the clock, is counted.
  await (await temporalClient(where)).schedule.getHandle(scheduleIdOf(name)).trigger('SKIP');
  await until(async () => (await shown(where, name)).leftOut.underWay === 1);
  const { stdout } = await cli(['schedule', 'show', name], { env: where });
  expect(stdout).toMatch(/\n +left out +1 firing, as another was under way\n/);
  expect(stdout).toMatch(new RegExp(` UTC +under way +${run} +at most `));
  const paused = await cli(['schedule', 'pause', name], { env: where });
  expect(paused.stdout).toContain(`what is under way goes on: ${run}`);
  release();
  expect(await following.done).toMatchObject({ exitCode: EXIT.done });
  expect((await shown(where, name)).total).toBe(1);
});

it('Ctrl-C stops following and not the run; detached, it returns once it fires', async () => {
  const { activities, release } = heldRun();
  const { name, env: where } = await scheduled('{ every: 1w }', { activities });
  const following = startCli(['schedule', 'trigger', name], { env: where });
  await until(() => following.stdout().includes('✔ train'));
  following.interrupt();
  const { exitCode, stderr } = await following.done;
  expect(exitCode).toBe(EXIT.interrupted);
  expect(stderr).toContain('stopped following; the firing goes on, see it with: temper schedule show ');
  release();
  await until(async () => (await shown(where, name)).firing === undefined);
  expect((await shown(where, name)).firings[0]?.outcome).toBe('passed');
  const detached = await cli(['schedule', 'trigger', name, '--detach', '--json'], { env: where });
  expectExit(detached, EXIT.done);
  expect(json<{ firing: string }>(detached).firing).toMatch(new RegExp(`^temper-retrain/${name}-.*Z$`));
  await until(async () => (await shown(where, name)).total === 2);
});

it('a run that is cancelled is a result of its firing; one that is cancelled itself says so', async () => {
  const awaitTraining: AllActivities['awaitTraining'] = async () => {
    throw underWay('10 minutes');
  };
  const { name, env: where } = await scheduled('{ every: 1w }', { activities: { awaitTraining } });
  const first = startCli(['schedule', 'trigger', name, '--json'], { env: where });
  await until(async () => (await shown(where, name)).run !== undefined);
  await cli(['cancel', (await shown(where, name)).run ?? ''], { env: where });
  const { exitCode, stdout } = await first.done;
  expect(exitCode).toBe(EXIT.cancelled);
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'cancelled' });
  const second = startCli(['schedule', 'trigger', name, '--json'], { env: where });
  await until(async () => (await shown(where, name)).run !== undefined);
  const client = await temporalClient(where);
  await client.workflow.getHandle((await shown(where, name)).firing ?? '').cancel();
  const ended = await second.done;
  expect(ended.exitCode).toBe(EXIT.cancelled);
  expect(JSON.parse(ended.stdout).error.code).toBe('FiringEnded');
});

it('what became of a run is told at once, although its firing was terminated and the ledger hears of it later', async () => {
  const { activities, release } = heldRun();
  const { name, env: where } = await scheduled('{ every: 1w }', { activities });
  expectExit(await cli(['schedule', 'trigger', name, '--detach'], { env: where }), EXIT.done);
  await until(async () => (await shown(where, name)).run !== undefined);
  const client = await temporalClient(where);
  await client.workflow.getHandle((await shown(where, name)).firing ?? '').terminate();
  expect((await shown(where, name)).firings[0]).not.toHaveProperty('outcome');
  release();
  await until(async () => (await shown(where, name)).firings[0]?.outcome === 'passed');
  const { firings, month } = await shown(where, name);
  expect(month.usd).toBe(firings[0]?.billedUsd);
});

it('a run that fails pauses the schedule, which says why; a rejected one is a result', async () => {
  let works = false;
  const awaitEvaluation: AllActivities['awaitEvaluation'] = async () => {
    if (!works)
      throw ApplicationFailure.create({
        type: 'JobFailed',
        message: `out of memory\nin epoch 3${'\nwhere?'.repeat(500)}`,
        nonRetryable: true,
      });
    return { evaluations: { candidate: { scores: scoresWith(20), predictions: 's3://b/p' } }, removed: [] };
  };
  const more = 'gate: [accuracy >= 0.70]';
  const { name, env: where } = await scheduled('{ every: 1w }', { activities: { awaitEvaluation }, more });
  const failed = await cli(['schedule', 'trigger', name], { env: where });
  expectExit(failed, EXIT.failed);
  expect(failed.stdout).toMatch(/ {4}JobFailed in evaluate: out of memory; in epoch 3; where\?; .{0,300}…\n$/s);
  expect(failed.stderr).toContain(`pauses its schedule; go on with: temper schedule resume ${name}`);
  expect((await shown(where, name)).paused).toBe(true);
  expect((await shown(where, name)).note).toMatch(/out of memory; .* temper schedule resume /);
  expect((await cli(['schedule', 'show', name], { env: where })).stdout).toMatch(/note .*out of memory/s);
  works = true;
  const again = await cli(['schedule', 'trigger', name, '--json'], { env: where });
  expectExit(again, EXIT.rejected);
  expect(again.stderr).toContain(`${name} is paused, and stays so: it fires this once`);
  const resumed = await cli(['schedule', 'resume', name], { env: where });
  expect(resumed.stdout).toContain(`${name} goes on; next firing`);
});

it('a firing that cannot decide, or cannot write down what it came to, says why, and its schedule is paused by then', async () => {
  let fails: 'lookUpFiring' | 'recordFiring' = 'lookUpFiring';
  const denied = () => Promise.reject(ApplicationFailure.nonRetryable('may not', 'AccessDenied'));
  const activities: Partial<AllActivities> = {
    lookUpFiring: (question) => (fails === 'lookUpFiring' ? denied() : ledger.lookUpFiring(question)),
    recordFiring: (card) => (card.firing.outcome ? denied() : ledger.recordFiring(card)),
  };
  const { name, env: where } = await scheduled('{ every: 1w }', { activities });
  const undecided = await cli(['schedule', 'trigger', name], { env: where });
  expectExit(undecided, EXIT.failed);
  expect(undecided.stderr).toContain(`whether to retrain ${name} could not be decided (AccessDenied): may not`);
  expect((await shown(where, name)).paused).toBe(true);
  expectExit(await cli(['schedule', 'resume', name], { env: where }), EXIT.done);
  fails = 'recordFiring';
  const unkept = await cli(['schedule', 'trigger', name], { env: where });
  expectExit(unkept, EXIT.failed);
  expect(unkept.stderr).toMatch(new RegExp(`temper/${name}/\\w+ passed, and its card could not be written`));
  expect((await shown(where, name)).paused).toBe(true);
});

it('a firing that failed while nobody looked has paused its schedule for whoever looks first', async () => {
  const lookUpFiring = () => Promise.reject(ApplicationFailure.nonRetryable('may not', 'AccessDenied'));
  const { name, env: where } = await scheduled('{ every: 1w }', { activities: { lookUpFiring } });
  const client = await temporalClient(where);
  await client.schedule.getHandle(scheduleIdOf(name)).trigger('SKIP');
  await until(async () => {
    const query = `TemperName = "${name}" AND ExecutionStatus = "Failed"`;
    return (await client.workflow.count(query)).count > 0;
  });
  expect((await shown(where, name)).paused).toBe(true);
});

it('an update holds from the next firing on, and changes nothing else', async () => {
  const { activities, release } = heldRun();
  const { name, env: where, cwd } = await scheduled('{ every: 1w, remaining: 5 }', { activities });
  const following = startCli(['schedule', 'trigger', name, '--json'], { env: where });
  await until(async () => (await shown(where, name)).run !== undefined);
  const file = join(cwd, 'temper.yaml');
  await writeFile(file, `${await readFile(file, 'utf8')}\ngate: [accuracy >= 0.99]\n`);
  await writeFile(join(cwd, 'train.py'), 'print("otherwise")\n');
  await cli(['schedule', 'pause', name, '--comment', 'wait'], { env: where });
  const before = await shown(where, name);
  const update = await cli(['schedule', 'update', 'temper.yaml', '--json'], { env: where, cwd });
  expectExit(update, EXIT.done);
  const { changes } = json<{ changes: { path: string; after: unknown }[] }>(update);
  expect(changes.map(({ path }) => path)).toEqual(['gate', 'code']);
  release();
  expect(json<Firing>(await following.done).outcome).toBe('passed');
  const after = await shown(where, name);
  expect(after).toMatchObject({ paused: true, remaining: 5, next: before.next });
  expect(after.note).toMatch(/^paused by ana at .* UTC: wait/);
  expect(after.source).not.toEqual(before.source);
  // The next one has the new gate.
  expectExit(await cli(['schedule', 'trigger', name], { env: where }), EXIT.rejected);
  const same = await cli(['schedule', 'update', 'temper.yaml'], { env: where, cwd });
  expect(same.stdout).toBe(`nothing of ${name} has changed\n`);
  const often = await cli(['schedule', 'update', 'temper.yaml', '--every', '1h', '--remaining', '2'], {
    env: where,
    cwd,
  });
  expect(often.stderr).toContain('~ retrain.every: 1w → 1h');
  // As many as there will be.
  expect(often.stderr).toMatch(/^ {2}next .*\n {13}.*\n {2}at most/m);
  expect(await shown(where, name)).toMatchObject({ times: { every: '1h' }, remaining: 2 });
});

it('backfills one after the other, each with a decision of its own', async () => {
  const { name, env: where } = await scheduled('{ every: 1h, budget: 200 USD, when: { championAge: 30d } }');
  const from = new Date(Date.now() - 3.5 * 3_600_000).toISOString().slice(0, 16);
  const to = new Date().toISOString().slice(0, 16);
  const argv = ['schedule', 'backfill', name, '--from', `${from}Z`];
  const result = await cli([...argv, '--to', `${to}Z`, '--json'], { env: where });
  expectExit(result, EXIT.done);
  const { firings } = json<{ firings: string[] }>(result);
  expect(firings.length).toBeGreaterThanOrEqual(3);
  await until(async () => (await shown(where, name)).total === firings.length);
  const report = await shown(where, name);
  expect(report.firings.map(({ decision }) => decision.decided).toReversed()).toEqual([
    'train',
    ...firings.slice(1).map(() => 'skip'),
  ]);
  expect(report.firings.map(({ scheduledAt }) => scheduledAt).toReversed()).toEqual(firings);
  const none = await cli([...argv, '--to', `${from}Z`, '--json'], { env: where });
  expect(JSON.parse(none.stdout).error).toMatchObject({ code: 'NothingToFire' });
  const turned = await cli(['schedule', 'backfill', name, '--from', `${to}Z`, '--to', `${from}Z`], { env: where });
  expectExit(turned, EXIT.usage);
  expect(turned.stderr).toContain('no time is between them: --from ');
  expect((await cli([...argv, '--to', 'tomorrow'], { env: where })).exitCode).toBe(EXIT.usage);
  await cli(['schedule', 'pause', name], { env: where });
  const paused = await cli([...argv, '--to', `${to}Z`, '--json'], { env: where });
  expect(JSON.parse(paused.stdout).error).toMatchObject({ code: 'SchedulePaused' });
});

it('of 500 firings few are read', async () => {
  const { name, cwd } = await scheduledProject('{ every: 1w }');
  await cli(['schedule', 'create', 'temper.yaml'], { env, cwd });
  const write = (minute: number): Promise<void> => {
    const at = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
    const decision = {
      firing: `temper-retrain/${name}-${minute}`,
      at,
      decided: 'skip',
      reason: 'x',
      findings: [],
    } as const;
    return writeFiring(clients.s3, account.bucket, { version: RUN_VERSION, name, scheduledAt: at, decision });
  };
  for (let start = 0; start < 500; start += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, i) => write(start + i)));
  }
  const { stdout } = await cli(['schedule', 'show', name, '--limit', '2'], { env });
  expect(stdout).toContain('2026-01-01 08:19 UTC');
  expect(stdout).toContain('and 498 older firings; see more with --limit');
});

it('a schedule that a temper of another version has set is listed, and hides no other', async () => {
  const { env: where, name, cwd } = await scheduled('{ every: 1w }');
  const client = await temporalClient(where);
  const other = `other-${randomUUID().slice(0, 8)}`;
  await client.schedule.create({
    scheduleId: scheduleIdOf(other),
    spec: { intervals: [{ every: '1 week' }] },
    action: { type: 'startWorkflow', workflowType: 'retrain', taskQueue: 'temper', args: [{ version: 1 }] },
  });
  await until(async () => (await cli(['schedule', 'ls'], { env: where })).stdout.includes(other));
  const { schedules } = json<{ schedules: ScheduleSummary[] }>(await cli(['schedule', 'ls', '--json'], { env: where }));
  expect(schedules.map((each) => [each.name, each.problem !== undefined])).toEqual([
    [other, true],
    [name, false],
  ]);
  const { stdout } = await cli(['schedule', 'show', other, '--json'], { env: where });
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'OtherVersion', fix: expect.stringContaining('update FILE') });
  const renamed = ['--set', `name=${other}`];
  expectExit(await cli(['schedule', 'update', 'temper.yaml', ...renamed], { env: where, cwd }), EXIT.done);
  expect((await shown(where, other)).setBy.by).toBe('ana');
});
