/**
 * `npm run screenshots`: the pictures of the Temporal UI in docs/images, of real runs in a laptop region of their own. What the
 * docs say can be done in the UI is done here, by clicking; it fails where the UI has become another.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtFile, environmentIn, readRegion } from '../../local/index.ts';
import { retraining } from '../tours/retraining.ts';
import { TemporalUi } from './browser.ts';

const IMAGES = 'docs/images';
const PRODUCTS = 'examples/product-reviews/temper.yaml';
const BEDROCK = 'examples/product-reviews/temper.bedrock.yaml';
const REJECTED = 3;
const CLOCK = new Int32Array(new SharedArrayBuffer(4));

const home = mkdtempSync(join(tmpdir(), 'temper-screenshots-'));
const start: NodeJS.ProcessEnv = { ...process.env, TEMPER_HOME: home, TEMPER_USER: 'ana' };

/** Runs a command; fails where it ends with another code than it should. */
function temper(args: readonly string[], env = start, exitCode = 0): string {
  process.stdout.write(`$ temper ${args.join(' ')}\n`);
  try {
    return execFileSync(process.execPath, [builtFile('cli/main.js'), ...args], { env, encoding: 'utf8' });
  } catch (error) {
    if ((error as { status?: number }).status === exitCode) return '';
    throw error;
  }
}

/** One run of each kind, the last of which waits for a person; gives its workflow id. */
function startRuns(env: NodeJS.ProcessEnv): string {
  temper(['run', 'examples/movie-reviews/temper.yaml'], env);
  temper(['run', PRODUCTS], env);
  temper(['run', BEDROCK], env);
  temper(['run', PRODUCTS, '--set', 'gate=[accuracy >= 0.9]'], env, REJECTED);
  temper(['run', PRODUCTS, '--id', 'decide', '--set', 'approve.approvers=[ana, ben]', '--detach'], env);
  const run = 'temper/product-reviews/decide';
  while (!temper(['ls', '--waiting', 'approval'], env).includes('decide')) Atomics.wait(CLOCK, 0, 0, 500);
  return run;
}
/** The schedule of the examples, which has trained twice and once has not; gives its id. */
async function fireSchedule(env: NodeJS.ProcessEnv): Promise<string> {
  for (const step of retraining.steps) {
    if ('arrive' in step) await step.arrive(env);
    else temper(step.words, env, step.exits);
  }
  return 'temper/daily-reviews';
}

/** Lets the UI decide, with what the run's page says to send; first by somebody who may not. */
async function decide(ui: TemporalUi): Promise<void> {
  const [approve = ''] = (await ui.blocks()).filter((text) => text.includes('"approve"'));
  const refused = await ui.sendUpdate('decide', approve.replace('YOUR NAME', 'eve'));
  if (!refused.includes('eve is not among those who may decide')) throw new Error(`eve was told: ${refused}`);
  await ui.cancelForm();
  const taken = await ui.sendUpdate('decide', approve.replace('YOUR NAME', 'ana'));
  if (!taken.includes('Update successful')) throw new Error(`ana was told: ${taken}`);
}

async function takePictures(address: string, run: string, env: NodeJS.ProcessEnv): Promise<void> {
  const ui = await TemporalUi.open(address, process.env);
  try {
    await ui.visit('workflows');
    await ui.setColumns(
      ['Run ID', 'Type', 'Start', 'End'],
      ['TemperStage', 'TemperOutcome', 'TemperScore', 'TemperWaiting', 'TemperEngine'],
    );
    await ui.picture(join(IMAGES, 'run-list.png'), 560);
    await ui.visit(`workflows/${encodeURIComponent(run)}`);
    await ui.openStory();
    await ui.picture(join(IMAGES, 'run-waiting.png'), 1760);
    await decide(ui);
    temper(['watch', run], env);
    await ui.visit(`workflows/${encodeURIComponent(run)}`);
    await ui.picture(join(IMAGES, 'run-timeline.png'), 1240);
    await ui.visit(`schedules/${encodeURIComponent(await fireSchedule(env))}`);
    await ui.picture(join(IMAGES, 'schedule.png'), 1180);
  } finally {
    await ui.close();
  }
}

try {
  temper(['dev', 'up']);
  const region = readRegion(home);
  if (!region) throw new Error('the laptop region did not come up');
  const env = environmentIn(region, start);
  await takePictures(region.env.TEMPER_TEMPORAL_UI ?? '', startRuns(env), env);
} finally {
  temper(['dev', 'down']);
  rmSync(home, { recursive: true, force: true });
}
