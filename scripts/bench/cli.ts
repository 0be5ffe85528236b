/** How long people wait for a command. */
import { spawnSync } from 'node:child_process';
import { builtFile } from '../../local/index.ts';
import type { Row } from './row.ts';
import { startBenchRegion } from './support/region.ts';
import { median } from './support/statistics.ts';

const REPEATS = 15;
const MAIN = builtFile('cli/main.js');

/** Median wall time of a command, in milliseconds, from its start to its exit. */
function wallTime(command: string, args: readonly string[], env: NodeJS.ProcessEnv): number {
  const once = (): number => {
    const started = performance.now();
    const { status, stderr } = spawnSync(command, args, { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`);
    return performance.now() - started;
  };
  // The first one reads the files into the system's cache.
  once();
  return median(Array.from({ length: REPEATS }, once));
}

export async function bench(): Promise<Row[]> {
  const { variables: env } = await startBenchRegion();
  const node = process.execPath;
  const empty = wallTime(node, ['-e', '0'], env);
  return [
    {
      what: 'temper --help',
      value: wallTime(node, [MAIN, '--help'], env),
      unit: 'ms',
      aim: { below: 120 },
      peer: { name: 'node -e 0', value: empty },
      command: 'npm run bench -- cli',
    },
    {
      what: 'temper ls',
      value: wallTime(node, [MAIN, 'ls'], env),
      unit: 'ms',
      aim: { below: 400 },
      command: 'npm run bench -- cli',
    },
  ];
}
