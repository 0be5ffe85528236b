/** Schedules on the command line: what is checked, told and set before anything fires. */
import { Client, Connection, type ScheduleDescription } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import type { ScheduleState } from '../../cli/schedules/state.ts';
import { scheduleIdOf } from '../../spec/naming.ts';
import type { RetrainInput } from '../../workflows/messages.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import { eventually } from '../support/eventually.ts';
import { expectExit } from '../support/runs.ts';
import { type CliRun, cli, startCli, until } from './support/cli.ts';
import { meanwhile } from './support/meanwhile.ts';
import { type Env, newNamespace, ownNamespace } from './support/pipeline.ts';
import { asAna, BEDROCK, scheduledProject } from './support/scheduled.ts';

const env = asAna(await ownNamespace());

async function temporalClient({ TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE }: Env): Promise<Client> {
  const connection = await Connection.connect({ address: TEMPORAL_ADDRESS ?? '' });
  onTestFinished(() => connection.close());
  return new Client({ connection, namespace: TEMPORAL_NAMESPACE ?? '' });
}

async function described(where: Env, name: string): Promise<ScheduleDescription> {
  return (await temporalClient(where)).schedule.getHandle(scheduleIdOf(name)).describe();
}

const refusal = (stdout: string): { code: string; message: string; fix?: string } => JSON.parse(stdout).error;

it('creates a schedule that is careful with money: turns, minutes to catch up, a pause where a run failed', async () => {
  const { name, cwd } = await scheduledProject(
    '{ cron: "0 6 * * 1", timezone: Europe/Paris, jitter: 5m, remaining: 8 }',
  );
  const result = await cli(['schedule', 'create', 'temper.yaml', '--json'], { env, cwd });
  expectExit(result, EXIT.done);
  const state = JSON.parse(result.stdout) as ScheduleState;
  expect(state).toMatchObject({
    name,
    schedule: `temper/${name}`,
    times: { cron: '0 6 * * 1', timezone: 'Europe/Paris' },
    paused: false,
    remaining: 8,
  });
  expect(state.next).toHaveLength(5);
  const { policies, action, spec, typedSearchAttributes } = await described(env, name);
  expect(policies).toEqual({ overlap: 'SKIP', catchupWindow: 600_000, pauseOnFailure: true });
  expect(spec).toMatchObject({ timezone: 'Europe/Paris', jitter: 300_000 });
  expect(typedSearchAttributes.get(searchAttributes.schedule)).toBe(name);
  expect(action).toMatchObject({
    workflowType: 'retrain',
    workflowId: `temper-retrain/${name}`,
    taskQueue: 'temper',
    memo: { setBy: { by: 'ana', file: 'temper.yaml' } },
  });
  const [input] = action.args as unknown as [RetrainInput];
  // Packed and uploaded: no machine of anybody's is needed.
  expect(input.source?.uri).toMatch(new RegExp(`^s3://.*/temper/${name}/source/[0-9a-f]{64}/sourcedir.tar.gz$`));
  expect(input.spec.retrain).toMatchObject({ cron: '0 6 * * 1', catchUp: '10m' });
});

it('says what it is going to do, and when in both clocks', async () => {
  const { name, cwd, data } = await scheduledProject(
    '{ every: 1w, budget: 200 USD, when: { newData: { rows: 500 }, championAge: 30d } }',
  );
  const argv = ['schedule', 'create', 'temper.yaml', '--cron', '*/30 6 * * MON-FRI', '--timezone', 'Asia/Tokyo'];
  const result = await cli(argv, { env, cwd });
  expectExit(result, EXIT.done);
  const { stdout, stderr } = result;
  expect(stderr).toContain(`${name} · every 30 minutes, between 06:00 and 06:59, Monday\n`);
  expect(stderr).toContain('when 500 rows have changed, or the newest version is 30d old');
  expect(stderr).toContain(data);
  expect(stderr).toMatch(/next +\w{3} \d{4}-\d\d-\d\d 06:[03]0 Asia\/Tokyo, 21:[03]0 UTC/);
  expect(stderr).toMatch(/at most +\d+\.\d\d USD a run for the jobs, 200 USD a month/);
  expect(stderr).toContain('no worker answers: firings wait for one');
  expect(stdout).toMatch(new RegExp(`^${name} is scheduled; next firing \\w{3} .* Asia/Tokyo, 21:`));
});

it('an interval counts from its creation, to the minute', async () => {
  const { cwd } = await scheduledProject('');
  const before = Date.now();
  const { stdout } = await cli(['schedule', 'create', 'temper.yaml', '--every', '7d', '--json'], { env, cwd });
  const [first = '', second = ''] = (JSON.parse(stdout) as ScheduleState).next;
  const week = 7 * 86_400_000;
  expect(Date.parse(second) - Date.parse(first)).toBe(week);
  expect(Date.parse(first) % 60_000).toBe(0);
  expect(Math.abs(Date.parse(first) - before - week)).toBeLessThan(120_000);
});

it.each([
  ['', [], 'NoTimes', 'has no retrain.every or retrain.cron'],
  ['{ every: 1w }', ['--cron', '0 6 * *'], 'InvalidSpec', '--cron 0 6 * *  retrain.cron: not a cron expression'],
  ['{ every: 1w }', ['--set', 'data.source=data'], 'DataNotInS3', 'data.source: data'],
  ['{ every: 1w }', ['--set', 'data.source=s3://BUCKET/none/'], 'NotFound', 'data.source: there is no data under'],
  ['{ every: 1w, budget: 0.01 USD }', [], 'BudgetExceeded', 'more than the 0.01 USD that its schedule may spend'],
  ['{ every: 1w }', ['--set', 'train.base=run:nobody'], 'BaseNotFound', 'there is no model run:nobody'],
  [
    '{ every: 1w, budget: 9 USD }',
    ['--set', 'train.instance=ml.x9.large'],
    'PriceUnknown',
    'no price is known of ml.x9.large',
  ],
])('refuses %s %s, and nothing is there', async (retrain, argv, code, message) => {
  const { name, cwd } = await scheduledProject(retrain);
  const words = argv.map((word) => word.replace('BUCKET', env.TEMPER_BUCKET ?? ''));
  const result = await cli(['schedule', 'create', 'temper.yaml', ...words, '--json'], { env, cwd });
  expectExit(result, EXIT.usage);
  expect(refusal(result.stdout)).toMatchObject({ code, message: expect.stringContaining(message) });
  await expect(described(env, name)).rejects.toThrow();
});

it('on Bedrock there is no code to upload, and what the data costs is held against the month by each firing', async () => {
  const { name, cwd } = await scheduledProject('{ every: 1d, budget: 50 USD }', '', BEDROCK);
  const result = await cli(['schedule', 'create', 'temper.yaml'], { env, cwd });
  expectExit(result, EXIT.done);
  expect(result.stderr).toContain('an unknown sum a run, 50 USD a month');
  const [input] = (await described(env, name)).action.args as unknown as [RetrainInput];
  expect(input.source).toBeUndefined();
  expect(input.prices?.bedrock?.models).toHaveProperty(['amazon.nova-lite-v1:0']);
  const update = await cli(['schedule', 'update', 'temper.yaml', '--set', 'budget=2 USD'], { env, cwd });
  expect(update.stderr).toContain('2 USD a run by budget, 50 USD a month');
});

it('says how a file, or a directory, comes into S3, and which bucket is not there', async () => {
  const { name, cwd } = await scheduledProject('{ every: 1w }');
  const refused = async (source: string): Promise<string | undefined> => {
    const set = ['--set', `data.source=${source}`];
    const { stdout } = await cli(['schedule', 'create', 'temper.yaml', ...set, '--json'], { env, cwd });
    const { message, fix } = refusal(stdout);
    return fix ?? message;
  };
  expect(await refused('train.py')).toContain(`aws s3 cp train.py s3://BUCKET/${name}/`);
  expect(await refused('.')).toContain(`aws s3 cp --recursive . s3://BUCKET/${name}/`);
  expect(await refused('train.*')).toBe('put it into S3 and name that address');
  expect(await refused('s3://no-such-bucket-of-ours/rows/')).toBe(
    'could not read data.source, s3://no-such-bucket-of-ours/rows/: The specified bucket does not exist',
  );
});

it('a name has one schedule', async () => {
  const { name, cwd } = await scheduledProject('{ every: 1w }');
  await cli(['schedule', 'create', 'temper.yaml'], { env, cwd });
  const { exitCode, stdout } = await cli(['schedule', 'create', 'temper.yaml', '--json'], { env, cwd });
  expect(exitCode).toBe(EXIT.usage);
  expect(refusal(stdout)).toMatchObject({
    code: 'ScheduleExists',
    message: `${name} is scheduled already: a model has one schedule`,
    fix: 'give it another spec, code or times with: temper schedule update FILE',
  });
});

it('warns of a budget that the month does not allow, and a namespace without search attributes is told', async () => {
  const { cwd } = await scheduledProject('{ every: 1w, budget: 20 USD }', 'budget: 50 USD');
  const nowhere = await newNamespace();
  const { stdout, stderr } = await cli(['schedule', 'create', 'temper.yaml', '--json'], { env: nowhere, cwd });
  expect(stderr).toContain('budget: 50 USD for a run is more than retrain.budget: 20 USD for a month, which holds');
  expect(refusal(stdout).code).toBe('SearchAttributesMissing');
});

it('asks on a terminal where AWS bills for the runs, and does nothing where the answer is no', async () => {
  const { AWS_ENDPOINT_URL_SAGEMAKER: _, ...onAws } = env;
  const { name, cwd } = await scheduledProject('{ every: 1w }');
  const create = (): CliRun => startCli(['schedule', 'create', 'temper.yaml'], { env: onAws, cwd, terminal: true });
  for (const [answer, exitCode] of [
    ['n', EXIT.failed],
    ['y', EXIT.done],
  ] as const) {
    const asking = create();
    await until(() => asking.stderr().includes('create it? [y/N]'));
    await expect(described(env, name)).rejects.toThrow();
    asking.type(answer);
    expect((await asking.done).exitCode).toBe(exitCode);
  }
  expect((await described(env, name)).state.paused).toBe(false);
});

/** A schedule of a name of its own. */
async function scheduled(retrain = '{ cron: "0 6 * * 1" }'): Promise<string> {
  const { name, cwd } = await scheduledProject(retrain);
  expectExit(await cli(['schedule', 'create', 'temper.yaml'], { env, cwd }), EXIT.done);
  return name;
}

it('pauses and resumes with who and why, which the note keeps before the last decisions', async () => {
  const name = await scheduled();
  const paused = await cli(['schedule', 'pause', name, '--comment', 'labels are wrong', '--json'], { env });
  expectExit(paused, EXIT.done);
  expect(JSON.parse(paused.stdout)).toMatchObject({ name, paused: true });
  const { state } = await described(env, name);
  expect(state.note).toMatch(/^paused by ana at \d{4}-\d\d-\d\d \d\d:\d\d UTC: labels are wrong$/);
  const again = await cli(['schedule', 'pause', name], { env });
  expect(again.stdout).toContain(`${name} was paused before: paused by ana at`);
  const resumed = await cli(['schedule', 'resume', name, '--comment', 'mended'], { env });
  expect(resumed.stdout).toContain(`${name} goes on; next firing Mon `);
  const after = await described(env, name);
  expect(after.state).toMatchObject({
    paused: false,
    note: expect.stringMatching(/^resumed by ana at .* UTC: mended$/),
  });
  // More than Temporal takes.
  expectExit(await cli(['schedule', 'pause', name, '--comment', 'é'.repeat(2_000)], { env }), EXIT.done);
  expect((await described(env, name)).state.note).toMatch(/^paused by ana at .* UTC: é+…$/);
});

it('an update takes nothing back that somebody does at that moment, such as a pause', async () => {
  const { name, cwd } = await scheduledProject('{ every: 1w, remaining: 5 }');
  expectExit(await cli(['schedule', 'create', 'temper.yaml'], { env, cwd }), EXIT.done);
  const handle = (await temporalClient(env)).schedule.getHandle(scheduleIdOf(name));
  meanwhile('updateSchedule', async (time) => {
    if (time <= 2) await handle.pause(`for the ${time}. time`);
  });
  const often = ['--set', 'retrain.every=1d'];
  const update = await cli(['schedule', 'update', 'temper.yaml', ...often, '--json'], { env, cwd });
  expectExit(update, EXIT.done);
  expect(JSON.parse(update.stdout)).toMatchObject({ paused: true, remaining: 5, times: { every: '1d' } });
  expect((await described(env, name)).state.note).toBe('for the 2. time');
});

it('a schedule that is paused is, whatever somebody else changes at that moment', async () => {
  const name = await scheduled();
  const handle = (await temporalClient(env)).schedule.getHandle(scheduleIdOf(name));
  // Of two changes that Temporal has not looked at yet, it keeps the later: this one is to be the earlier of two.
  const changed = (time: number): Promise<true> =>
    eventually('the change of somebody else', async () => {
      const note = `for the ${time}. time`;
      await handle.update((before) => ({ ...before, state: { ...before.state, note } }));
      return (await handle.describe()).state.note === note || undefined;
    });
  meanwhile('updateSchedule', async (time) => time <= 2 && changed(time));
  const paused = await cli(['schedule', 'pause', name, '--comment', 'labels are wrong', '--json'], { env });
  expect(JSON.parse(paused.stdout)).toMatchObject({ paused: true });
  expect((await described(env, name)).state).toMatchObject({
    paused: true,
    note: expect.stringMatching(/^paused by ana at .* UTC: labels are wrong\nfor the 2. time$/),
  });
  // Without end.
  meanwhile('updateSchedule', changed);
  const refused = await cli(['schedule', 'resume', name, '--json'], { env });
  expectExit(refused, EXIT.failed);
  expect(refusal(refused.stdout).code).toBe('ScheduleBusy');
  expect((await described(env, name)).state.paused).toBe(true);
});

it('says what was missed meanwhile, and that nothing makes up for it', async () => {
  const name = await scheduled('{ every: 1m }');
  const client = await temporalClient(env);
  const handle = client.schedule.getHandle(scheduleIdOf(name));
  await handle.pause(
    `paused by eve at ${new Date(Date.now() - 5 * 60_000).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  );
  const { stdout } = await cli(['schedule', 'resume', name, '--json'], { env });
  // One more where the minute is over by then.
  expect([5, 6]).toContain((JSON.parse(stdout) as { missed: number }).missed);
});

it('deletes only what somebody agreed to', async () => {
  const name = await scheduled();
  const unasked = await cli(['schedule', 'delete', name, '--json'], { env });
  expectExit(unasked, EXIT.usage);
  expect(refusal(unasked.stdout)).toMatchObject({ code: 'NotAgreed', fix: 'add --yes' });
  const asking = startCli(['schedule', 'delete', name], { env, terminal: true });
  await until(() => asking.stderr().includes(`delete the schedule of ${name}? [y/N]`));
  asking.type('no');
  expect((await asking.done).exitCode).toBe(EXIT.failed);
  const { stdout } = await cli(['schedule', 'delete', name, '--yes', '--json'], { env });
  expect(JSON.parse(stdout)).toEqual({ name, schedule: `temper/${name}`, deleted: true });
  await expect(described(env, name)).rejects.toThrow();
});

it('a name that is not scheduled is told with the one that was meant', async () => {
  const name = await scheduled();
  const misspelt = `${name.slice(0, -1)}x`;
  await expect
    .poll(async () => (await cli(['complete', '--', 'schedule', 'pause', ''], { env })).stdout)
    .toContain(name);
  for (const words of [['pause'], ['resume'], ['delete', '--yes']]) {
    const { exitCode, stdout } = await cli(['schedule', ...words, misspelt, '--json'], { env });
    expect(exitCode).toBe(EXIT.usage);
    expect(refusal(stdout)).toMatchObject({ code: 'ScheduleNotFound', fix: `did you mean ${name}?` });
  }
});
