import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { identify, ProcessRecords } from '../../local/processes.ts';
import { until } from '../cli/support/cli.ts';
import { runs } from '../support/processes.ts';
import { temporaryDirectory } from '../support/region.ts';

/** A group whose leader starts a process, tells its pid and ends. */
async function leaderless(env: NodeJS.ProcessEnv, whileItRuns: (pid: number) => void) {
  const script = 'sleep 60 >/dev/null 2>&1 & echo $!; read _';
  const leader: ChildProcess = spawn('sh', ['-c', script], {
    detached: true,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  if (!leader.pid || !leader.stdout) throw new Error('sh does not start');
  const [said] = await once(leader.stdout, 'data');
  const left = Number(said);
  onTestFinished(() => {
    if (runs(left)) process.kill(left, 'SIGKILL');
  });
  whileItRuns(leader.pid);
  leader.stdin?.end('\n');
  await once(leader, 'exit');
  return { leader: leader.pid, left };
}

describe.runIf(process.platform === 'linux')('records of processes', () => {
  it('end what a process that has gone left in its group', async () => {
    const records = new ProcessRecords(await temporaryDirectory());
    const { left } = await leaderless(records.mark, (pid) => records.record(pid));
    expect(runs(left)).toBe(true);
    expect(await records.endAll()).toEqual([]);
    await until(() => !runs(left));
  });

  it("leave another's group alone that has the number of one of theirs", async () => {
    const directory = await temporaryDirectory();
    const { left, leader } = await leaderless({}, (pid) => {
      writeFileSync(join(directory, `${pid}.json`), JSON.stringify({ ...identify(pid), startedAt: '1' }));
    });
    await new ProcessRecords(directory).endAll();
    expect(runs(leader)).toBe(false);
    expect(runs(left)).toBe(true);
  });
});
