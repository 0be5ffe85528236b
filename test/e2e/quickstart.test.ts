/** The quickstart itself, as a person runs it who has just built the checkout. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { downRegion, readRegion } from '../../local/index.ts';
import { SHARED_TOOLS, temporaryDirectory } from '../support/region.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const QUICKSTART = join(ROOT, 'dist', 'scripts', 'quickstart.js');

async function home(): Promise<{ directory: string; env: NodeJS.ProcessEnv }> {
  const directory = await temporaryDirectory();
  await mkdir(SHARED_TOOLS, { recursive: true });
  await symlink(SHARED_TOOLS, join(directory, 'tools'));
  onTestFinished(async () => {
    await downRegion(directory);
  });
  return { directory, env: { ...process.env, NO_COLOR: '1', TEMPER_HOME: directory } };
}

it('takes real data to a served model, twice, and leaves nothing running', async () => {
  const { directory, env } = await home();
  const { stdout } = await promisify(execFile)(process.execPath, [QUICKSTART, '--exit'], { cwd: ROOT, env }).catch(
    (error: { stdout: string; stderr: string }) => expect.fail(`${error.stdout}\n${error.stderr}`),
  );
  const [base, candidate] = /base (0\.\d+) → candidate (0\.\d+)/.exec(stdout)?.slice(1).map(Number) ?? [];
  expect(candidate).toBeGreaterThan((base ?? 1) + 0.05);
  expect(stdout).toMatch(/endpoint movie-reviews created · smoke test ok/);
  expect(stdout).toMatch(/endpoint product-reviews created · smoke test ok/);
  expect(stdout).toMatch(/"the battery died after a week"\n\{"label": "negative"/);
  expect(readRegion(directory)).toBeUndefined();
});

it('takes the same data to a customized model of Bedrock', async () => {
  const { directory, env } = await home();
  const options = { cwd: ROOT, env };
  const { stdout } = await promisify(execFile)(process.execPath, [QUICKSTART, 'bedrock', '--exit'], options).catch(
    (error: { stdout: string; stderr: string }) => expect.fail(`${error.stdout}\n${error.stderr}`),
  );
  expect(stdout).toMatch(/custom model deployment product-reviews-bedrock created · smoke test ok/);
  expect(stdout).toMatch(/"it stopped working after two days"\nnegative\n/);
  expect(readRegion(directory)).toBeUndefined();
});

it('lets a schedule promote a model, refuse the next by its gate, and leave out the third', async () => {
  const { directory, env } = await home();
  const options = { cwd: ROOT, env };
  const { stdout } = await promisify(execFile)(process.execPath, [QUICKSTART, 'retraining', '--exit'], options).catch(
    (error: { stdout: string; stderr: string }) => expect.fail(`${error.stdout}\n${error.stderr}`),
  );
  const [first, second, third, shown] = stdout.split(/\$ temper schedule (?:trigger|show) .*\n/).slice(1);
  expect(first).toMatch(/no champion yet[\s\S]*endpoint daily-reviews created · smoke test ok/);
  const [champion, candidate] =
    /champion (0\.\d+) → candidate (0\.\d+)/
      .exec(second ?? '')
      ?.slice(1)
      .map(Number) ?? [];
  expect(candidate).toBeLessThan((champion ?? 0) - 0.1);
  expect(second).toContain('2 of 2 rules missed');
  expect(third).toMatch(/skipped[\s\S]*nothing has changed/);
  expect(shown).toMatch(/skipped[\s\S]*rejected[\s\S]*passed/);
  expect(readRegion(directory)).toBeUndefined();
  // Nothing is news a second time.
  const again = promisify(execFile)(process.execPath, [QUICKSTART, 'retraining', '--exit'], options);
  await expect(again).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('have arrived in this region before'),
  });
});

it.each([
  ['Ctrl-C', (pid: number) => process.kill(-pid, 'SIGINT')],
  ['SIGTERM', (pid: number) => process.kill(pid, 'SIGTERM')],
])('stops everything on %s', async (_, interrupt) => {
  const { directory, env } = await home();
  const quickstart = spawn(process.execPath, [QUICKSTART], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    // As a terminal has it: Ctrl-C goes to a whole group.
    detached: true,
  });
  onTestFinished(() => {
    quickstart.kill('SIGKILL');
  });
  let said = '';
  await new Promise<void>((started) => {
    quickstart.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('watch it')) started();
    });
  });
  expect(readRegion(directory)).toBeDefined();
  const ended = once(quickstart, 'exit');
  interrupt(quickstart.pid ?? 0);
  await ended;
  expect(said).toContain('down; state is kept in');
  expect(readRegion(directory)).toBeUndefined();
});
