/**
 * `npm run quickstart`: real data to a served model, twice, on this machine; with `-- bedrock` the same data to a customized
 * model of Bedrock, with `-- retraining` a schedule that trains again. Up until Ctrl-C, or until done with `--exit`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { down } from '../cli/dev/down.ts';
import { builtFile, environmentIn, readRegion, regionHome } from '../local/index.ts';
import { type Step, TOURS, type Tour } from './tours/index.ts';

// As in the command itself: which Node versions temper runs on is temper's to say.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const INTERRUPTED = 130;

const { values, positionals } = parseArgs({
  options: { exit: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const place = { cwd: process.cwd(), env: process.env };
const home = regionHome(place.cwd, place.env);
const wasUp = readRegion(home) !== undefined;

const interrupted = new AbortController();
let running: ChildProcess | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted.abort();
    // The terminal sends Ctrl-C to the command as well; of the others it does not know.
    if (signal !== 'SIGINT') running?.kill(signal);
  });
}

function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** Runs a command as a person would; resolves with its exit code. */
async function temper(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  running = spawn(process.execPath, [builtFile('cli/main.js'), ...args], { stdio: 'inherit', env });
  const [code] = (await once(running, 'exit')) as [number | null];
  return interrupted.signal.aborted ? INTERRUPTED : (code ?? 1);
}

/** Takes one step of a tour; resolves with an exit code, 0 where it went as told. */
async function take(step: Step, env: NodeJS.ProcessEnv): Promise<number> {
  if ('arrive' in step) {
    say(`\n  ${await step.arrive(env)}`);
    return 0;
  }
  const { words, exits = 0 } = step;
  say(`\n$ temper ${words.map((word) => (word.includes(' ') ? JSON.stringify(word) : word)).join(' ')}`);
  const code = await temper(words, env);
  if (code === exits) return 0;
  return code || 1;
}

/** Whether nobody can look at anything any more once the runs are done. */
const endsNow = (): boolean => values.exit && !wasUp;

async function main({ hindrance, steps, more }: Tour): Promise<number> {
  const started = Date.now();
  const up = await temper(['dev', 'up'], process.env);
  const region = readRegion(home);
  if (up !== 0 || !region) return up || 1;
  const env = environmentIn(region, process.env);
  const problem = await hindrance?.(env);
  if (problem !== undefined) {
    say(`\n  ${problem}`);
    return 1;
  }
  for (const step of steps) {
    const code = await take(step, env);
    if (code !== 0) return code;
  }
  say(`\n  done in ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
  if (endsNow()) return 0;
  say(`  see the runs   ${region.uiUrl}`);
  for (const line of more) say(`  ${line}`);
  return 0;
}

/** Everything stays up for whoever wants to look around, whether the runs went well or not. */
async function stayUp(): Promise<void> {
  if (wasUp || endsNow() || interrupted.signal.aborted || !readRegion(home)) return;
  say('\n  up until Ctrl-C');
  // A signal handler alone does not keep a process running.
  const alive = setInterval(() => {}, 2 ** 30);
  await once(interrupted.signal, 'abort');
  clearInterval(alive);
}

const [wanted = 'sagemaker'] = positionals;
const tour = TOURS[wanted];
if (!tour) {
  process.stderr.write(`there is no quickstart of ${wanted}; there are those of ${Object.keys(TOURS).join(', ')}\n`);
  process.exit(2);
}
try {
  process.exitCode = await main(tour);
  await stayUp();
} finally {
  if (wasUp) say('\n  the region was up before, and stays up; stop it with npx temper dev down');
  else {
    await down(place);
    say(`\n  down; state is kept in ${home}`);
  }
}
