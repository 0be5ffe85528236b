#!/usr/bin/env node
/** Makes a checkout ready to run: installs what package-lock.json says and builds, each only where it is out of date. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const MINIMUM_NODE = [20, 19];

// npm runs this again, as its prepare script, from within the install below.
if (process.env.TEMPER_SETUP) process.exit(0);
checkNode();
// Not `npm ci`, which throws away what is there first.
if (!dependenciesMatch()) step('install dependencies', 'npm', ['install', '--no-save', '--loglevel=error']);
run(process.execPath, [new URL('scripts/build.mjs', root).pathname]);

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1])) return;
  fail(
    `temper needs Node ${MINIMUM_NODE.join('.')} or newer, and this is ${process.versions.node}; install a newer one`,
  );
}

/** npm keeps a record of what it put into node_modules. What one platform alone has may be missing on either side. */
function dependenciesMatch() {
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  if (!wanted || !installed) return false;
  const missing = Object.entries(wanted).some(([path, entry]) => path !== '' && !entry.optional && !installed[path]);
  const differs = Object.entries(installed).some(([path, entry]) =>
    wanted[path] ? wanted[path].version !== entry.version : !entry.optional,
  );
  return !missing && !differs;
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(new URL(file, root), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function step(name, command, args) {
  const started = Date.now();
  process.stderr.write(`  ${name} ...\n`);
  run(command, args, ['ignore', 'ignore', 'inherit']);
  process.stderr.write(`  ${name}: ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

function run(command, args, stdio = 'inherit') {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio, env: outsideNpm() });
  if (error) fail(`cannot run ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** `npm install -g .` runs this with its own settings in the environment, and they are not those of the checkout. */
function outsideNpm() {
  const rest = Object.entries(process.env).filter(([name]) => !/^npm_config_(global|location|prefix)$/.test(name));
  return { ...Object.fromEntries(rest), TEMPER_SETUP: '1' };
}

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}
