import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { exec } from '../../../local/exec.ts';
import { Lock } from '../../../local/lock.ts';
import { SHARED_TOOLS, sharedRegion } from '../../support/region.ts';
import { IMAGE, ownSageMaker, ROLE, serverOptions, uniqueName } from './support.ts';

const SCRIPT = fileURLToPath(new URL('boto3_client.py', import.meta.url));
const BOTO3 = 'boto3==1.43.106';

/** An interpreter that has boto3, kept from one test run to the next. */
async function pythonWithBoto3(uv: string, python: string): Promise<string> {
  const venv = join(SHARED_TOOLS, BOTO3);
  const interpreter = join(venv, 'bin', 'python');
  const lock = await Lock.acquire(`${venv}.lock`);
  try {
    if (existsSync(join(venv, 'ready'))) return interpreter;
    await exec(uv, ['venv', '--quiet', '--clear', '--python', python, venv]);
    await exec(uv, ['pip', 'install', '--quiet', '--python', interpreter, BOTO3]);
    await exec(interpreter, ['-c', `open(${JSON.stringify(join(venv, 'ready'))}, "w")`]);
    return interpreter;
  } finally {
    lock.release();
  }
}

test('boto3 trains, deploys, invokes and deletes, by its own waiters', async () => {
  const world = await ownSageMaker();
  const { uv, python } = await serverOptions();
  const said = await exec(await pythonWithBoto3(uv, python), [SCRIPT, uniqueName('boto'), IMAGE, ROLE], {
    env: {
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL_SAGEMAKER: world.url,
      AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: world.url,
      AWS_ENDPOINT_URL_S3: sharedRegion().awsUrl,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
  });
  expect(JSON.parse(said)).toEqual({ result: 42, variant: 'AllTraffic', status: 'Completed' });
});
