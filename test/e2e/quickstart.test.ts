import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import { readRegion } from '../../local/index.ts';
import { cli } from '../cli/support/cli.ts';
import { temporaryDirectory } from '../support/region.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The score of a contender in the line that the quickstart prints: `accuracy base 0.61 → candidate 0.78`. */
function accuracyOf(output: string): { base: number; candidate: number } {
  const [, base, candidate] = /accuracy base (0\.\d+) → candidate (0\.\d+)/.exec(output) ?? [];
  return { base: Number(base), candidate: Number(candidate) };
}

it('the quickstart takes real data to a served model, twice, and leaves nothing running', async () => {
  const home = await temporaryDirectory();
  const quickstart = spawn(process.execPath, ['dist/scripts/quickstart.js', '--exit'], {
    cwd: ROOT,
    env: { ...process.env, TEMPER_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(quickstart.stdout),
    text(quickstart.stderr),
    once(quickstart, 'exit'),
  ]);
  const output = `${stdout}\n${stderr}`;
  expect(exitCode, output).toBe(EXIT.done);
  expect(stdout).toContain('endpoint movie-reviews created · smoke test ok');
  expect(stdout).toContain('endpoint product-reviews created · smoke test ok');
  const { base, candidate } = accuracyOf(stdout);
  expect(base).toBeGreaterThan(0.55);
  expect(candidate).toBeGreaterThan(base + 0.05);
  expect(stdout).toContain('"label": "negative"');
  expect(readRegion(home)).toBeUndefined();
  const status = await cli(['dev', 'status', '--json'], { env: { TEMPER_HOME: home } });
  expect(status.stdout).not.toContain('"up": true');
}, 180_000);
