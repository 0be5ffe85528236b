import { exec } from './exec.ts';

/** A Python interpreter of the machine. */
export interface Python {
  readonly path: string;
  /** Such as `3.12.4`. */
  readonly version: string;
}

const MINIMUM = [3, 10] as const;
const CANDIDATES = ['python3', 'python', ...[14, 13, 12, 11, 10].map((minor) => `python3.${minor}`)];
const PROBE = `
import importlib.util, platform, sys
print(sys.executable, platform.python_version(), all(map(importlib.util.find_spec, ("venv", "ensurepip"))), sep="\\n")
`;

/**
 * Finds a Python that can make virtual environments: `TEMPER_PYTHON`, or else the first on PATH that is new enough.
 * Throws an error that says what was found instead.
 */
export async function findPython(env: NodeJS.ProcessEnv): Promise<Python> {
  const unfit: string[] = [];
  for (const candidate of env.TEMPER_PYTHON ? [env.TEMPER_PYTHON] : CANDIDATES) {
    const probed = await probe(candidate, env);
    if (!probed) continue;
    const [path = '', version = '', venv] = probed;
    if (!isNewEnough(version)) unfit.push(`${path} is version ${version}`);
    else if (venv !== 'True') unfit.push(`${path} (${version}) lacks its venv module: apt install python3-venv`);
    else return { path, version };
  }
  const where = env.TEMPER_PYTHON ? `TEMPER_PYTHON is ${env.TEMPER_PYTHON}` : 'none is on PATH';
  throw new Error(
    `the laptop region needs Python ${MINIMUM.join('.')} or newer with venv; ` +
      `${unfit.length > 0 ? [...new Set(unfit)].join(', ') : where}; install one, or set TEMPER_PYTHON to its path`,
  );
}

async function probe(command: string, env: NodeJS.ProcessEnv): Promise<string[] | undefined> {
  try {
    return (await exec(command, ['-c', PROBE], { env })).trim().split('\n');
  } catch {
    return undefined;
  }
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
}
