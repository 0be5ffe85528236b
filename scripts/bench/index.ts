/** `npm run bench [-- NAME...] [--json]`: runs benches one after the other and prints what they found. */
import { parseArgs } from 'node:util';
import { cleanUp } from './clean-up.ts';
import { renderReport, reportOf } from './report.ts';
import type { Bench, Row } from './row.ts';

// Which Node versions temper runs on is temper's to say.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** In the order of the table. */
const BENCHES: Readonly<Record<string, () => Promise<{ readonly bench: Bench }>>> = {
  run: () => import('./run.ts'),
  runs: () => import('./runs.ts'),
  waiting: () => import('./waiting.ts'),
  cli: () => import('./cli.ts'),
  check: () => import('./check.ts'),
  upload: () => import('./upload.ts'),
  traffic: () => import('./traffic.ts'),
};

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
});

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => reject(new Error('interrupted')));
});

async function measure(names: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of names) {
    say(`bench ${name}`);
    const loaded = await BENCHES[name]?.();
    try {
      rows.push(...((await Promise.race([loaded?.bench(), interrupted])) ?? []));
    } finally {
      await cleanUp();
    }
  }
  return rows;
}

const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  say(`error: no bench named ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}
try {
  const report = reportOf(await measure(names));
  process.stdout.write(`${values.json ? JSON.stringify(report, null, 2) : `\n${renderReport(report)}`}\n`);
  process.exit(0);
} catch (error) {
  say(`error: ${(error as Error).message}`);
  process.exit(1);
}
