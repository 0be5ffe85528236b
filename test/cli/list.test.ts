/** What runs are listed by, in `temper ls` and by the queries that docs/temporal-ui.md shows. */
import { readFile } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import type { RunSummary } from '../../cli/runs/list.ts';
import { PIPELINE_TASK_QUEUE } from '../../spec/naming.ts';
import { RUN_VERSION } from '../../spec/record.ts';
import { specSchema } from '../../spec/spec.ts';
import type { fineTune } from '../../workflows/index.ts';
import { runOptions } from '../../workflows/start.ts';
import { fakeActivities, underWay } from '../workflows/fake-activities.ts';
import { cli, until } from './support/cli.ts';
import { type Env, ownNamespace, startPipeline } from './support/pipeline.ts';

const SAGEMAKER = `
data: { source: s3://bucket/data.jsonl, split: { test: 0.2 } }
train: { engine: sagemaker, script: train.py, base: run:movie-reviews }
evaluate: { metrics: [accuracy] }
deploy: { to: sagemaker-endpoint }
`;
const BEDROCK = SAGEMAKER.replace(/train: .*/, 'train: { engine: bedrock, base: amazon.nova-lite-v1:0 }').replace(
  'sagemaker-endpoint',
  'bedrock-on-demand',
);

/** By their names; the candidate of each has an accuracy of 0.8. */
const RUNS = {
  reviews: SAGEMAKER,
  strict: `${SAGEMAKER}gate: [accuracy >= 0.9]`,
  asking: `${SAGEMAKER}approve: manual`,
  slow: SAGEMAKER,
  nova: BEDROCK,
} as const;
type Name = keyof typeof RUNS;

const { submitTraining } = fakeActivities().activities;

async function startRuns(env: Env): Promise<Client> {
  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS ?? '' });
  onTestFinished(() => connection.close());
  const client = new Client({ connection, namespace: env.TEMPORAL_NAMESPACE ?? '' });
  for (const [name, text] of Object.entries(RUNS)) {
    const input = {
      version: RUN_VERSION,
      run: { name, id: 'abc123' },
      spec: specSchema.parse({ name, ...(parse(text) as object) }),
      account: { region: 'us-east-1', bucket: 'bucket', roleArn: 'arn:aws:iam::000000000000:role/r' },
      source: { uri: 's3://bucket/code.tar.gz', sha256: 'c' },
      directory: '/nowhere',
    };
    const options = runOptions(input, { ofSchedule: name === 'reviews' });
    await client.workflow.start<typeof fineTune>('fineTune', { ...options, taskQueue: PIPELINE_TASK_QUEUE });
  }
  return client;
}

/** The queries of the docs, by what they are said to find. */
async function documented(): Promise<Map<string, string>> {
  const page = await readFile(new URL('../../docs/temporal-ui.md', import.meta.url), 'utf8');
  const [, table = ''] = page.split('| runs | query |');
  const rows = table.matchAll(/^\| ([^|]+) \| `([^`]+)` \|$/gm);
  return new Map([...rows].map(([, runs = '', query = '']) => [runs, query]));
}

it('finds runs by name, engine, stage, outcome, score, wait and schedule, here and in Temporal', async () => {
  const env = await ownNamespace();
  await startPipeline(env, {
    submitTraining: (input) =>
      input.run.name === 'slow' ? Promise.reject(underWay('10 minutes')) : submitTraining(input),
  });
  const client = await startRuns(env);
  const ls = async (...argv: string[]): Promise<{ runs: RunSummary[]; ui?: string }> =>
    JSON.parse((await cli(['ls', '--json', ...argv], { env: { ...env, TEMPER_TEMPORAL_UI: 'http://ui' } })).stdout);
  await until(async () => {
    const { runs } = await ls();
    const settled = runs.filter(
      ({ name, outcome, waiting, stage }) => outcome ?? waiting ?? (name === 'slow' && stage === 'train'),
    );
    return settled.length === 5;
  });

  const names = async (...argv: string[]): Promise<Name[]> =>
    (await ls(...argv)).runs.map(({ name }) => name as Name).sort();
  expect(await names('--name', 'reviews')).toEqual(['reviews']);
  expect(await names('--engine', 'bedrock')).toEqual(['nova']);
  expect(await names('--stage', 'train')).toEqual(['slow']);
  expect(await names('--outcome', 'passed')).toEqual(['nova', 'reviews']);
  expect(await names('--outcome', 'running')).toEqual(['asking', 'slow']);
  expect(await names('--waiting', 'approval')).toEqual(['asking']);
  expect(await names('--waiting', 'quota')).toEqual([]);
  expect(await names('--waiting')).toEqual(['asking']);
  expect(await names('--schedule')).toEqual(['reviews']);
  expect(await names('--schedule', 'strict')).toEqual([]);
  // Also of a run that is under way.
  expect(await names('--min-score', '0.8')).toEqual(['asking', 'nova', 'reviews', 'strict']);
  expect(await names('--min-score', '0.81')).toEqual([]);
  expect(await names('--outcome', 'passed', '--engine', 'sagemaker', '--min-score', '0.5')).toEqual(['reviews']);

  const { runs, ui } = await ls('--outcome', 'passed', '--schedule', 'reviews');
  expect(runs).toMatchObject([{ score: 0.8, schedule: 'reviews' }]);
  const query = `WorkflowType = 'fineTune' AND TemperOutcome = 'passed' AND TemperSchedule = 'reviews'`;
  expect(ui).toBe(`http://ui/namespaces/${env.TEMPORAL_NAMESPACE}/workflows?query=${encodeURIComponent(query)}`);

  await client.workflow.getHandle('temper/slow/abc123').terminate();
  await until(async () => (await names('--outcome', 'terminated')).includes('slow'));
  const found: Record<string, string[]> = {};
  for (const [what, asked] of await documented()) {
    found[what] = [];
    for await (const { workflowId } of client.workflow.list({ query: asked })) {
      found[what].push(workflowId.split('/')[1] ?? '');
    }
    found[what].sort();
  }
  expect(found).toEqual({
    'that wait for a person': ['asking'],
    'that wait for anything': ['asking'],
    'of one model': ['reviews'],
    'in training now': [],
    'that the gate rejected': ['strict'],
    'that schedules started': ['reviews'],
    'that passed with a high score': ['nova', 'reviews'],
    'that failed, or were ended from outside': ['slow'],
    'on Bedrock, of the last day': ['nova'],
  });
});
