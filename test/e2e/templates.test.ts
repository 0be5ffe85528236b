/** What `temper init` writes, as a person uses it who changes nothing. */
import { expect, it } from 'vitest';
import { TEMPLATE_NAMES } from '../../cli/init/templates.ts';
import { ASK_WITH } from '../../cli/rendering/ending.ts';
import type { RunRecord } from '../../spec/record.ts';
import { cli } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { temporaryDirectory } from '../support/region.ts';
import { startWorkerProcess } from './worker-process.ts';

it.each(TEMPLATE_NAMES)('temper init %s: what it wrote passes its gate and answers', async (template) => {
  const env = await ownNamespace();
  await startWorkerProcess(env);
  const options = { env, cwd: await temporaryDirectory() };
  expect((await cli(['init', template], options)).exitCode).toBe(0);
  const diagnosis = await cli(['doctor', 'temper.yaml'], options);
  expect(diagnosis.exitCode, diagnosis.stdout).toBe(0);
  const check = await cli(['check'], options);
  expect(check.exitCode, check.stdout).toBe(0);
  const plan = await cli(['plan', 'temper.yaml', '--json'], options);
  expect(plan.exitCode, plan.stdout).toBe(0);
  const { exitCode, stdout, stderr } = await cli(['run', 'temper.yaml', '--json'], options);
  expect(exitCode, stdout + stderr).toBe(0);
  const { deployment, data } = JSON.parse(stdout) as RunRecord;
  const endpoint = deployment?.to === 'sagemaker-endpoint' ? deployment.endpoint : (deployment?.name ?? '');
  const question = ASK_WITH[data?.kind ?? 'classification'];
  const asked = await cli(['invoke', endpoint, question, 'can I follow my parcel'], options);
  expect(asked.exitCode, asked.stderr).toBe(0);
  expect(asked.stdout).toMatch(template === 'bedrock' ? /^delivery$/m : /^\{"(label|completion)": ".*"/);
  const misspelt = await cli(['invoke', `${endpoint}x`, '--text', 'x'], options);
  expect(misspelt.stderr).toContain(`did you mean ${endpoint}?`);
});
