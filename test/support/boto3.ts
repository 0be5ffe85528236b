import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exec } from '../../local/exec.ts';
import { Lock } from '../../local/lock.ts';
import { installTools } from '../../local/tools.ts';
import { SHARED_TOOLS, sharedRegion } from './region.ts';

const BOTO3 = 'boto3==1.43.106';

/** An interpreter that has boto3, kept from one test run to the next. */
async function pythonWithBoto3(): Promise<string> {
  const { uv, basePython } = await installTools({ directory: SHARED_TOOLS, env: process.env });
  const venv = join(SHARED_TOOLS, BOTO3);
  const interpreter = join(venv, 'bin', 'python');
  const lock = await Lock.acquire(`${venv}.lock`);
  try {
    if (existsSync(join(venv, 'ready'))) return interpreter;
    await exec(uv, ['venv', '--quiet', '--clear', '--python', basePython, venv]);
    await exec(uv, ['pip', 'install', '--quiet', '--python', interpreter, BOTO3]);
    await exec(interpreter, ['-c', `open(${JSON.stringify(join(venv, 'ready'))}, "w")`]);
    return interpreter;
  } finally {
    lock.release();
  }
}

/**
 * Runs a script that uses boto3 as it is, with the shared region's S3 and the endpoints of `env`; gives the JSON that it
 * prints.
 */
export async function withBoto3(script: URL, args: readonly string[], env: Record<string, string>): Promise<unknown> {
  const said = await exec(await pythonWithBoto3(), [fileURLToPath(script), ...args], {
    env: {
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL_S3: sharedRegion().awsUrl,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ...env,
    },
  });
  return JSON.parse(said);
}
