/**
 * `npm run quickstart`: real data to a served model, twice, on this machine; `npm run quickstart -- bedrock`: the same data to
 * a customized model of Bedrock. Up until Ctrl-C, or until done with `--exit`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { down } from '../cli/dev/down.ts';
import { builtFile, environmentIn, readRegion, regionHome } from '../local/index.ts';

interface Tour {
  readonly examples: readonly string[];
  /** What is asked at the end, and of whom. */
  readonly served: string;
  readonly sentence: string;
  readonly more: readonly string[];
}

const TOURS: Readonly<Record<string, Tour>> = {
  sagemaker: {
    examples: ['examples/movie-reviews/temper.yaml', 'examples/product-reviews/temper.yaml'],
    served: 'product-reviews',
    sentence: 'the battery died after a week',
    more: ['other engine   npm run quickstart -- bedrock'],
  },
  bedrock: {
    examples: ['examples/product-reviews/temper.bedrock.yaml'],
    served: 'product-reviews-bedrock',
    sentence: 'it stopped working after two days',
    more: [
      'side by side   npx temper compare product-reviews product-reviews-bedrock, after npm run quickstart',
      'what it was    no language model: a stand-in that learns by nearest neighbours, see docs/laptop-bedrock.md',
    ],
  },
};
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

async function main(tour: Tour): Promise<number> {
  const { examples, served, sentence, more } = tour;
  const started = Date.now();
  const up = await temper(['dev', 'up'], process.env);
  const region = readRegion(home);
  if (up !== 0 || !region) return up || 1;
  const env = environmentIn(region, process.env);
  const steps = [...examples.map((file) => ['run', file]), ['invoke', served, '--text', sentence]];
  for (const step of steps) {
    say(`\n$ temper ${step.map((word) => (word.includes(' ') ? JSON.stringify(word) : word)).join(' ')}`);
    const code = await temper(step, env);
    if (code !== 0) return code;
  }
  say(`\n  done in ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
  say(`  see the runs   ${region.uiUrl}`);
  say(`  ask again      npx temper invoke ${served} --text "works like a charm"`);
  say(`  look closer    npx temper ls, npx temper show ${served}, npx temper logs ${served}`);
  say(`  change it      edit ${examples.at(-1)}, then npx temper run it again`);
  for (const line of more) say(`  ${line}`);
  return 0;
}

/** Everything stays up for whoever wants to look around, whether the runs went well or not. */
async function stayUp(): Promise<void> {
  if (values.exit || wasUp || interrupted.signal.aborted || !readRegion(home)) return;
  say('\n  up until Ctrl-C');
  // A signal handler alone does not keep a process running.
  const alive = setInterval(() => {}, 2 ** 30);
  await once(interrupted.signal, 'abort');
  clearInterval(alive);
}

const [engine = 'sagemaker'] = positionals;
const tour = TOURS[engine];
if (!tour) {
  process.stderr.write(`there is no quickstart of ${engine}; there are those of ${Object.keys(TOURS).join(' and ')}\n`);
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
