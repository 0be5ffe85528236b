import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import type { DriftReport } from '../../cli/monitoring/drift.ts';
import { sharedRegion, temporaryDirectory } from '../support/region.ts';
import { expectExit } from '../support/runs.ts';
import { put, watchedModel } from '../support/watched.ts';
import { cli, startCli } from './support/cli.ts';

const { env } = sharedRegion();

const WORDS = ['works', 'broke', 'battery', 'screen', 'cable', 'case', 'lamp'];
const text = (i: number): string =>
  Array.from({ length: 3 + (i % 4) }, (_, j) => WORDS[(i * 3 + j * (1 + (i % 5))) % WORDS.length]).join(' ');
const trained = Array.from({ length: 300 }, (_, i) => ({ text: text(i), label: i % 3 ? 'good' : 'bad' }));
const asked = (count: number, textOf = text) =>
  Array.from({ length: count }, (_, i) => ({
    asked: { text: textOf(i) },
    answered: { label: i % 3 ? 'good' : 'bad' },
  }));

it('tells feature by feature what has become of the questions, and what has moved', async () => {
  const { name, run, captured } = await watchedModel({ trained });
  await captured(asked(150));
  const same = await cli(['drift', name], { env });
  expectExit(same, EXIT.done);
  expect(same.stdout).toContain(`${name} · version 1 · ${run}`);
  expect(same.stdout).toMatch(/ {2}150 rows asked since the hand-over \(.* UTC\), beside 300 rows/);
  expect(same.stdout).toMatch(/ {4}150 rows of captured traffic since the hand-over/);

  await captured(asked(150, (i) => `${text(i)}, whereas formerly otherwise`));
  const { stdout, exitCode } = await cli(['drift', name], { env });
  expect(exitCode).toBe(EXIT.done);
  expect(stdout).toMatch(/^ +PSI +new +moved$/m);
  expect(stdout).toMatch(/^ {2}text: words +\d\.\d\d +above 6 0 % → \d+ %/m);
  expect(stdout).toMatch(/^ {2}label +0\.00 +0 %/m);
  expect(stdout).toMatch(/✖ text: characters \(above/);
  const report = JSON.parse((await cli(['drift', name, '--json'], { env })).stdout) as DriftReport;
  expect(report).toMatchObject({ name, due: true, limits: { of: ['text', 'label'] }, champion: { version: 1 } });
});

it('holds it against the limits of a file, and scores the answers where that names labels', async () => {
  const { name, captured } = await watchedModel({ trained });
  await captured(asked(60, (i) => `other words ${i}`));
  const labels = await put(
    `labels-${randomUUID()}/late.jsonl`,
    Array.from({ length: 60 }, (_, i) => ({ text: `other words ${i}`, label: 'bad' })),
  );
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'train.py'), '');
  await writeFile(join(directory, 'inference.py'), '');
  await writeFile(
    join(directory, 'temper.yaml'),
    `name: ${name}
data: { source: s3://bucket/data/ }
train: { engine: sagemaker, script: train.py }
deploy: { to: sagemaker-endpoint, capture: { share: 1 } }
retrain:
  every: 1d
  when:
    drift: { of: [text], psi: 0.25, minRows: 61 }
    liveMetric: { rule: accuracy < 0.5, labels: "${labels}" }
`,
  );
  const { stdout } = await cli(['drift', name, 'temper.yaml', '--window', '1h'], { env, cwd: directory });
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
    'are too few to tell drift: at least 61 are wanted; more will come with time',
  );
  expect(stdout).toContain('live answers: 60 with a label');
  expect(stdout).toContain('✖ accuracy 0.3333 is < 0.5000 with 95 % confidence: at most 0.4');
});

it('stops on Ctrl-C, whatever there is to read', async () => {
  const { name, captured } = await watchedModel({ trained });
  await captured(asked(60));
  const run = startCli(['drift', name], { env });
  run.interrupt();
  const result = await run.done;
  expectExit(result, EXIT.interrupted);
  expect(result.stderr).toContain('stopped looking');
});

it('says what is in the way: no capture, no version, a duration that is none', async () => {
  const { name } = await watchedModel({ trained, captures: false });
  const without = await cli(['drift', name], { env });
  expectExit(without, EXIT.done);
  expect(without.stdout.replaceAll(/\s+/g, ' ')).toContain(
    `endpoint ${name} does not capture what it is asked: give deploy.capture in the spec, and run it again`,
  );
  const none = await cli(['drift', `never-${randomUUID().slice(0, 8)}`, '--json'], { env });
  expectExit(none, EXIT.usage);
  expect(JSON.parse(none.stdout)).toMatchObject({ error: { code: 'NoVersions' } });
  expectExit(await cli(['drift', name, '--window', 'yesterday'], { env }), EXIT.usage);
});
