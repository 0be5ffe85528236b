/** A Bedrock run whose worker is killed in the middle of its evaluation. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import { startCli, until } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { kill, startWorkerProcess } from '../e2e/worker-process.ts';
import { AwsProxy } from '../support/aws-proxy.ts';
import { sharedRegion, temporaryDirectory } from '../support/region.ts';
import { expectExit, keysOf, recordOf } from '../support/runs.ts';
import { uniqueName } from '../support/unique-name.ts';

/** Rows of the test split, which base and candidate answer. */
const ROWS = 60;

it('an evaluation goes on where its worker was killed, and no row is asked twice that was saved', async () => {
  const env = await ownNamespace();
  const proxy = await AwsProxy.start(sharedRegion(), env);
  // An evaluation of some seconds, of which parts are saved.
  proxy.setFaults({ rules: [{ operation: 'Converse', delay: '1s' }] });
  const directory = await temporaryDirectory();
  const rows = (count: number, from: string): string =>
    Array.from({ length: count }, (_, i) =>
      JSON.stringify({ prompt: `What is ${from} ${i}?`, completion: `It is number ${i % 7}.` }),
    ).join('\n');
  await writeFile(join(directory, 'train.jsonl'), rows(40, 'thing'));
  await writeFile(join(directory, 'test.jsonl'), rows(ROWS, 'other'));
  const name = uniqueName('killed');
  const specFile = join(directory, 'temper.yaml');
  await writeFile(
    specFile,
    `name: ${name}
data: { train: train.jsonl, test: test.jsonl }
train: { engine: bedrock, base: amazon.nova-lite-v1:0 }
evaluate: {}
`,
  );
  const saved = async (): Promise<number> => {
    const keys = (await keysOf(env, `temper/${name}/runs/`)).map((key) => /answers\/(\d+)-(\d+)\.jsonl$/.exec(key));
    return keys.reduce((sum, part) => sum + (part ? Number(part[2]) - Number(part[1]) + 1 : 0), 0);
  };
  const asked = (): number => proxy.done.filter(({ operation }) => operation === 'Converse').length;

  const worker = await startWorkerProcess(proxy.env);
  const { reached, release } = proxy.hold({
    operation: 'PutObject',
    when: 'after',
    name,
    within: 'candidate/answers/',
  });
  const run = startCli(['run', specFile], { env: proxy.env });
  const early = run.done.then(({ stdout, stderr }) => Promise.reject(new Error(stdout + stderr)));
  await Promise.race([reached, early]);
  await kill(worker, 'SIGKILL');
  // What was on its way is carried out all the same.
  release();
  await until(async () => proxy.underWay === 0);
  const [savedBefore, askedBefore] = [await saved(), asked()];
  expect(savedBefore).toBeGreaterThan(0);
  expect(savedBefore).toBeLessThan(2 * ROWS);

  proxy.setFaults({ rules: [] });
  await startWorkerProcess(proxy.env);
  expectExit(await run.done, EXIT.done);
  expect(asked() - askedBefore).toBe(2 * ROWS - savedBefore);
  const { evaluations } = await recordOf(env, name);
  expect(evaluations?.base?.scores.rows).toBe(ROWS);
  expect(evaluations?.candidate?.scores.rows).toBe(ROWS);
});
