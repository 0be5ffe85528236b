/** The scripts of docs/scripts.md, as its readers copy them. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { servingOf } from '../../spec/serving.ts';
import { account, pipeline, preparedFrom, settled, trained } from '../support/activities.ts';
import { handedDown } from '../support/hand-over.ts';
import { keywordRows } from '../support/keyword-project.ts';
import { temporaryDirectory } from '../support/region.ts';

const page = readFileSync(new URL('../../docs/scripts.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```\w+\n([\s\S]*?)```/g)].map(([, code = '']) => code);

/** A directory with them, and rows to train on. */
async function documented(): Promise<string> {
  const directory = await temporaryDirectory();
  const rows = keywordRows(60).map((row) => `${JSON.stringify(row)}\n`);
  const [spec = '', train = '', inference = ''] = blocks;
  const files = { 'temper.yaml': spec, 'train.py': train, 'inference.py': inference, 'rows.jsonl': rows.join('') };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(directory, name), text)));
  return directory;
}

it('the documented pair trains, and is scored and served', async () => {
  const directory = await documented();
  const input = await preparedFrom(join(directory, 'temper.yaml'), `documented-${process.pid}`);
  const { run, data } = input;
  const { artifact, metrics } = await trained(input);
  expect(metrics).toEqual({ training_accuracy: 1 });

  const model = { engine: 'sagemaker' as const, artifact, serving: servingOf(input.spec, input.source, account) };
  const evaluation = { run, account, data, models: { candidate: model }, instance: 'ml.m5.large', maxSeconds: 600 };
  await settled(pipeline.submitEvaluation, evaluation);
  const { candidate } = (await settled(pipeline.awaitEvaluation, evaluation)).evaluations;
  expect(candidate?.scores).toMatchObject({ rows: data.splits.test?.rows, metrics: { accuracy: 1 } });

  const endpoint = { run, account, model, endpoint: run.name, instance: 'ml.t2.medium', instanceCount: 1 };
  const { created } = await settled(pipeline.submitDeployment, endpoint);
  const release = { ...endpoint, record: handedDown };
  const { smokeTest } = await settled(pipeline.awaitDeployment, { ...release, data, created });
  expect(smokeTest.output).toMatch(/^\{"label": "(positive|negative)"\}$/);
  await settled(pipeline.revertDeployment, release);
});

it('a shell script trains too, whatever the mode of its file', async () => {
  const directory = await documented();
  await writeFile(join(directory, 'temper.yaml'), blocks[0]?.replace('train.py', 'train.sh') ?? '');
  await writeFile(join(directory, 'train.sh'), 'touch $SM_MODEL_DIR/model; echo training_accuracy=0.$4\n', {
    mode: 0o644,
  });
  const { metrics } = await trained(await preparedFrom(join(directory, 'temper.yaml'), `shell-${process.pid}`));
  expect(metrics).toEqual({ training_accuracy: 0.2 });
});
