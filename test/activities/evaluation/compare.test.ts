import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import type { CompareInput } from '../../../activities/evaluation/compare.ts';
import { objectLines } from '../../../activities/s3-lines.ts';
import { parseS3Uri } from '../../../activities/s3-uri.ts';
import { account, clients, failureOf, once, pipeline, preparedFrom, settled } from '../../support/activities.ts';
import { handedDown } from '../../support/hand-over.ts';
import { keywordRows, writeKeywordProject } from '../../support/keyword-project.ts';
import { temporaryDirectory } from '../../support/region.ts';

const RULES = `gate: [accuracy >= champion + 0.05, { rule: accuracy >= champion - 0.5, per: language }]
deploy: { to: none }`;

/** A data set whose rows have a language, every third one German, and some none. */
async function sliced(rest = RULES) {
  const name = `model-${randomUUID().slice(0, 8)}`;
  const { directory, specFile } = await writeKeywordProject(await temporaryDirectory(), { name, rest });
  const rows = keywordRows(400).map((row, i) => ({ ...row, ...(i % 5 && { language: i % 3 === 0 ? 'de' : 'en' }) }));
  await writeFile(`${directory}/data.jsonl`, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return preparedFrom(specFile, name);
}

async function linesOf(uri: string): Promise<Record<string, string>[]> {
  const lines: Record<string, string>[] = [];
  for await (const line of objectLines(clients.s3, uri)) lines.push(JSON.parse(line) as Record<string, string>);
  return lines;
}

async function put(uri: string, lines: readonly object[]): Promise<string> {
  const { bucket: Bucket, key: Key } = parseS3Uri(uri);
  const Body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  await clients.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  return uri;
}

/** A candidate that is right on all rows, a champion that is wrong on the first of each language. */
async function contest(wrong: number): Promise<CompareInput & { languages: string[] }> {
  const { run, data, spec } = await sliced();
  const rows = await linesOf(`${data.splits.test?.uri}test.jsonl`);
  const languages = (await linesOf(`${data.slices?.uri}slices.jsonl`)).map(({ language = '?' }) => language);
  const of = (who: string, right: (row: number) => boolean) =>
    put(
      `s3://${account.bucket}/temper/${run.name}/runs/${run.id}/${who}.jsonl`,
      rows.map(({ label = '' }, i) => ({ row: i + 1, label, prediction: right(i) ? label : '?', ok: right(i) })),
    );
  const predictions = {
    candidate: await of('candidate', () => true),
    champion: await of('champion', (i) => i >= wrong),
  };
  return { account, data, predictions, rules: spec.gate, saysAnything: false, languages };
}

it("keeps each test row's field beside it, and sends it to no model", async () => {
  const { data } = await sliced();
  const slices = await linesOf(`${data.slices?.uri}slices.jsonl`);
  const tests = await linesOf(`${data.splits.test?.uri}test.jsonl`);
  const inputs = await linesOf(`${data.testInputs?.uri}inputs.jsonl`);
  expect(slices).toHaveLength(tests.length);
  for (const [i, { text = '' }] of tests.entries()) {
    const number = Number(/\d+$/.exec(text)?.[0]);
    expect(slices[i]).toEqual({ language: number % 5 === 0 ? '' : number % 3 === 0 ? 'de' : 'en' });
    expect(inputs[i]).toEqual({ text });
    expect(Object.keys(tests[i] ?? {})).toEqual(['text', 'label']);
  }
});

it('refuses a field that no row has, before anything is sent', async () => {
  const rest = 'gate: [{ rule: accuracy >= 0.5, per: dialect }]\ndeploy: { to: none }';
  const { type, message } = await failureOf(sliced(rest));
  expect([type, message]).toEqual(['InvalidData', 'gate: no row of the test split has the field dialect']);
});

it('compares row by row, whole and by value, the same each time it is asked', async () => {
  const { languages, ...input } = await contest(20);
  const comparisons = await once(pipeline.compareContenders, input);
  const rows = languages.length;
  expect(comparisons[0]).toMatchObject({
    metric: 'accuracy',
    rows,
    candidate: 1,
    champion: expect.closeTo(1 - 20 / rows, 12),
    interval: { difference: expect.closeTo(20 / rows, 12), confidence: 0.95, differing: 20 },
  });
  const { lower = 0 } = comparisons[0]?.interval ?? {};
  expect(lower).toBeGreaterThan(0.05);
  expect(lower).toBeLessThan(20 / rows);
  expect(comparisons.slice(1).map(({ slice, rows: counted }) => [slice?.value, counted])).toEqual(
    ['', 'de', 'en'].map((value) => [value, languages.filter((language) => language === value).length]),
  );
  expect(await once(pipeline.compareContenders, input)).toEqual(comparisons);
});

it('refuses predictions of other rows', async () => {
  const input = await contest(3);
  await put(input.predictions.champion ?? '', [{ row: 1, label: 'a', prediction: 'a', ok: true }]);
  const { type, message } = await failureOf(once(pipeline.compareContenders, input));
  expect(type).toBe('InvalidPredictions');
  expect(message).toMatch(/champion.jsonl has 1 rows, and the test split 120: they cannot be compared/);
});

it('finds the newest model of the name as champion, and says when its artifact was deleted by hand', async () => {
  const name = `model-${randomUUID().slice(0, 8)}`;
  const question = { name, account };
  expect(await settled(pipeline.findChampion, question)).toBeNull();
  const artifact = await put(`s3://${account.bucket}/temper/${name}/runs/aaaa/model.tar.gz`, [{}]);
  const model = { engine: 'sagemaker', artifact, serving: { image: 'image', environment: {} } } as const;
  await settled(pipeline.publishModel, {
    run: { name, id: 'aaaa' },
    account,
    model,
    record: handedDown,
  });
  expect(await settled(pipeline.findChampion, question)).toMatchObject({
    model: { ...model, run: `temper/${name}/aaaa` },
  });
  const { bucket: Bucket, key: Key } = parseS3Uri(artifact);
  await clients.s3.send(new DeleteObjectCommand({ Bucket, Key }));
  const gone = await settled(pipeline.findChampion, question);
  expect(gone?.gone).toBe(`its artifact ${artifact} of temper/${name}/aaaa was deleted`);
});

it('does not find a custom model of Bedrock that was deleted', async () => {
  const name = `model-${randomUUID().slice(0, 8)}`;
  const arn = `arn:aws:bedrock:${account.region}:000000000000:custom-model/amazon.nova-lite-v1:0:300k/dddddddddddd`;
  const model = { engine: 'bedrock', customModel: arn, base: 'amazon.nova-lite-v1:0' } as const;
  await settled(pipeline.publishModel, {
    run: { name, id: 'aaaa' },
    account,
    model,
    record: handedDown,
  });
  const champion = await settled(pipeline.findChampion, { name, account });
  expect(champion?.gone).toBe(`its custom model ${arn} of temper/${name}/aaaa was deleted`);
  const serving = { account, model: arn, to: 'bedrock-on-demand', name } as const;
  expect(await settled(pipeline.findServing, serving)).toBeNull();
});
