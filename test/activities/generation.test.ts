/** Models that generate, through the same activities as classifiers. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { objectLines } from '../../activities/s3-lines.ts';
import type { TrainingInput } from '../../activities/sagemaker/training-request.ts';
import { servingOf } from '../../spec/serving.ts';
import { account, clients, failureOf, pipeline, preparedFrom, settled, trained } from '../support/activities.ts';
import { type AnsweringOptions, writeAnsweringProject } from '../support/answering-project.ts';
import { handedDown } from '../support/hand-over.ts';
import { temporaryDirectory } from '../support/region.ts';

async function prepared(options: Omit<AnsweringOptions, 'name'>): Promise<TrainingInput> {
  const name = `model-${randomUUID().slice(0, 8)}`;
  const { specFile } = await writeAnsweringProject(await temporaryDirectory(), { name, ...options });
  return preparedFrom(specFile, name);
}

async function linesAt(uri: string): Promise<{ readonly [field: string]: unknown }[]> {
  const lines: { readonly [field: string]: unknown }[] = [];
  for await (const line of objectLines(clients.s3, uri)) lines.push(JSON.parse(line));
  return lines;
}

it.each(['completion', 'chat'] as const)('a %s model is evaluated by its words, served and asked', async (kind) => {
  const { data, run, spec, source, ...rest } = await prepared({ kind });
  expect(data).toMatchObject({ kind, labels: [], splits: { test: { rows: 8 } } });
  const inputs = await linesAt(`${data.testInputs?.uri}inputs.jsonl`);
  expect(inputs.map((input) => Object.keys(input))).toEqual(
    inputs.map(() => [kind === 'chat' ? 'messages' : 'prompt']),
  );
  expect(JSON.stringify(inputs)).not.toContain('!');

  const { artifact } = await trained({ data, run, spec, source, ...rest });
  const model = { engine: 'sagemaker' as const, artifact, serving: servingOf(spec, source, account) };
  const models = { candidate: model };
  const schema = { type: 'string' };
  const evaluation = { run, account, data, models, instance: 'ml.m5.large', maxSeconds: 600, schema };
  await settled(pipeline.submitEvaluation, evaluation);
  const { candidate } = (await settled(pipeline.awaitEvaluation, evaluation)).evaluations;
  const kept = await linesAt(candidate?.predictions ?? '');
  // Each fourth answer has two words around the one that is right.
  const wordy = kept.filter(({ expected }) => String(expected).startsWith('the word'));
  expect(candidate?.scores).toMatchObject({
    rows: 8,
    metrics: {
      json_schema: 0,
      exact_match: (8 - wordy.length) / 8,
      token_f1: (8 - wordy.length + (wordy.length * 2) / 3) / 8,
    },
  });
  expect(wordy.length).toBeGreaterThan(0);
  expect(wordy[0]).toMatchObject({
    row: expect.any(Number),
    expected: expect.stringMatching(/^the word: number\d+$/),
    prediction: expect.stringMatching(/^number\d+$/),
    exact_match: false,
    token_f1: 2 / 3,
  });

  const deployment = { run, account, model, endpoint: run.name, instance: 'ml.t2.medium', instanceCount: 1 };
  const { created } = await settled(pipeline.submitDeployment, deployment);
  const { smokeTest } = await settled(pipeline.awaitDeployment, { ...deployment, record: handedDown, data, created });
  expect(JSON.parse(smokeTest.input)).toEqual(inputs[0]);
  expect(JSON.parse(smokeTest.output)).toEqual({ completion: expect.stringMatching(/^number\d+$/) });
});

it('answers may be JSON strings, and nothing else without a completion', async () => {
  const said = async (answer: string) => {
    const { data, run, spec, source, ...rest } = await prepared({ kind: 'completion', answer });
    const { artifact } = await trained({ data, run, spec, source, ...rest });
    const models = { candidate: { engine: 'sagemaker' as const, artifact, serving: servingOf(spec, source, account) } };
    const evaluation = { run, account, data, models, instance: 'ml.m5.large', maxSeconds: 600 };
    await settled(pipeline.submitEvaluation, evaluation);
    return settled(pipeline.awaitEvaluation, evaluation);
  };
  expect((await said('answer')).evaluations.candidate?.scores.rows).toBe(8);
  expect(await failureOf(said('{"label": answer}'))).toMatchObject({
    type: 'InvalidPredictions',
    message: expect.stringMatching(/:1: expected JSON with a "completion", received \{"label": "number\d+"\}/),
  });
});
