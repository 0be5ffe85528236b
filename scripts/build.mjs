#!/usr/bin/env node
/** Builds dist/: the compiled rooms, the files that go along with them, and the workflow bundle. Skips what is up to date. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = join(root, 'dist');
const stampFile = join(dist, '.stamps.json');
const ROOMS = ['spec', 'activities', 'workflows', 'local', 'cli', 'scripts'];
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/build.mjs'];

const sources = ROOMS.flatMap((room) => filesUnder(room));
const carried = sources.filter((file) => /\.(py|generated\.json)$/.test(file));
const stamps = {
  code: hashOf([...SETTINGS, ...sources]),
  bundle: hashOf([...SETTINGS, ...sources.filter((file) => /^(spec|workflows)\//.test(file))]),
};
const built = readStamps();

if (built.code !== stamps.code) {
  await step('compile', async () => {
    compile();
    for (const file of carried) {
      mkdirSync(dirname(join(dist, file)), { recursive: true });
      cpSync(join(root, file), join(dist, file));
    }
    const main = join(dist, 'cli', 'main.js');
    if (existsSync(main)) chmodSync(main, 0o755);
  });
}
if (built.bundle !== stamps.bundle) await step('bundle workflows', bundleWorkflows);
writeFileSync(stampFile, JSON.stringify(stamps));

function filesUnder(room) {
  return readdirSync(join(root, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|py|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

/** Nothing is built where a file that the stamps speak of is gone. */
function readStamps() {
  try {
    const read = JSON.parse(readFileSync(stampFile, 'utf8'));
    return existsSync(join(dist, 'workflow-bundle.js')) ? read : { code: read.code };
  } catch {
    return {};
  }
}

function compile() {
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const { status } = spawnSync(tsc, ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** From the sources, so that stack traces in the Temporal UI point to the TypeScript. */
async function bundleWorkflows() {
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'workflows', 'index.ts'),
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(join(dist, 'workflow-bundle.js'), code);
}

async function step(name, action) {
  const started = Date.now();
  await action();
  process.stderr.write(`  ${name}: ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}
