import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { createDataActivities } from '../../activities/data/activities.ts';
import type { PipelineActivities } from '../../activities/index.ts';
import type { ChampionSpec } from '../../spec/champion.ts';
import type { CandidateDeployment } from '../../spec/deployment.ts';
import type { Comparison } from '../../spec/gate.ts';
import type { ScoreSummary } from '../../spec/metrics.ts';
import { candidateDeploymentName, customModelName, trainingJobName } from '../../spec/naming.ts';
import type { DataSet, Serving } from '../../spec/record.ts';
import { scorerFor } from '../../spec/scoring/scorer.ts';
import { type SpecInput, specSchema } from '../../spec/spec.ts';

export type AllActivities = PipelineActivities & ReturnType<typeof createDataActivities>;
export type ActivityName = keyof AllActivities;

export const serving: Serving = { image: 'image', environment: { SAGEMAKER_PROGRAM: 'inference.py' } };

export const dataSet: DataSet = {
  sha256: 'a'.repeat(64),
  kind: 'classification',
  splits: { train: { uri: 's3://bucket/train/', rows: 70 }, test: { uri: 's3://bucket/test/', rows: 20 } },
  testInputs: { uri: 's3://bucket/inputs/', rows: 20 },
  labels: ['negative', 'positive'],
  duplicates: 0,
  conflicts: 0,
};

const serverArn = (to: CandidateDeployment['to']): string =>
  `arn:aws:bedrock:us-east-1:000000000000:${to === 'bedrock-on-demand' ? 'custom-model-deployment' : 'provisioned-model'}/aaaaaaaaaaaa`;

/** Scores of 100 rows of which the given number are right, as a record holds them. */
export function scoresWith(right: number): ScoreSummary {
  const scorer = scorerFor('classification');
  for (let row = 0; row < 100; row += 1) {
    scorer.add({ expected: 'positive', prediction: row < right ? 'positive' : 'negative' });
  }
  const { rows, metrics } = scorer.scores();
  return { rows, metrics };
}

/** How champions of either engine are asked, as their own specs say. */
export const CHAMPION_SPECS = {
  sagemaker: championSpec({ engine: 'sagemaker', script: 'train.py' }, { to: 'sagemaker-endpoint' }),
  bedrock: championSpec(
    { engine: 'bedrock', base: 'amazon.nova-lite-v1:0', prompt: 'Sentiment of: {text}' },
    { to: 'bedrock-on-demand' },
  ),
};

function championSpec(train: SpecInput['train'], deploy: SpecInput['deploy']): ChampionSpec {
  const spec = specSchema.parse({ name: 'reviews', data: { source: 'data.jsonl' }, train, evaluate: {}, deploy });
  const { evaluate } = spec;
  if (evaluate?.by !== 'transform' && evaluate?.by !== 'converse') throw new Error(`asked by ${evaluate?.by}`);
  const { maxRuntime: _, ...how } = evaluate;
  return { name: spec.name, train: spec.train, deploy: spec.deploy, evaluate: how };
}

/** A model was handed over before, and is worse. */
export const CHAMPION: Partial<AllActivities> = {
  findChampion: async () => ({
    model: { engine: 'sagemaker', artifact: 's3://bucket/champion/model.tar.gz', serving, run: 'temper/reviews/aaaa' },
    spec: CHAMPION_SPECS.sagemaker,
  }),
  compareContenders: async () => [comparedBy(0.06)],
};

/** The candidate's 80 beside the champion's 70 of 100, the difference being at least so much. */
export function comparedBy(lower: number): Comparison {
  const interval = { difference: 0.1, lower, upper: 0.14, confidence: 0.95, differing: 20 };
  return { metric: 'accuracy', rows: 100, candidate: 0.8, champion: 0.7, interval };
}

/** What a job under way looks like to the workflow: a failure that is retried. */
export function underWay(nextRetryDelay: number | '10 minutes' = 1): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'InProgress',
    message: 'the job is InProgress',
    category: ApplicationFailureCategory.BENIGN,
    nextRetryDelay,
  });
}

export interface FakeActivities {
  readonly activities: AllActivities;
  /** Names of the activities that ran, in the order of their starts; each attempt counts. */
  readonly calls: ActivityName[];
}

const JOINED = { joined: 50, labels: 50, unlabelled: 0, unmatched: 0, unread: 0 };

/** Activities of a run that succeeds, with what they were asked kept; any of them can be replaced. */
export function fakeActivities(overrides: Partial<AllActivities> = {}): FakeActivities {
  const calls: ActivityName[] = [];
  const working: AllActivities = {
    prepareInputs: async () => ({
      data: dataSet,
      source: { uri: 's3://bucket/sourcedir.tar.gz', sha256: 'b'.repeat(64) },
    }),
    prepareData: async () => dataSet,
    resolveBase: async () => ({
      engine: 'sagemaker',
      artifact: 's3://bucket/base/model.tar.gz',
      serving,
      run: 'temper/movie-reviews/aaaa',
    }),
    publishModel: async () => {},
    checkTakeover: async () => {},
    submitTraining: async ({ run, account }) => ({ run, jobName: 'reviews-abc123-train', region: account.region }),
    awaitTraining: async ({ jobName }) => ({
      engine: 'sagemaker',
      artifact: 's3://bucket/candidate/model.tar.gz',
      jobName,
      jobArn: `arn:aws:sagemaker:us-east-1:000000000000:training-job/${jobName}`,
      instance: 'ml.m5.large',
      metrics: { loss: 0.4 },
      trainingSeconds: 12,
      billedSeconds: 12,
    }),
    stopTraining: async () => {},
    submitCustomization: async () => {},
    awaitCustomization: async ({ run, attempt, base }) => ({
      engine: 'bedrock',
      jobName: trainingJobName(run, attempt),
      jobArn: 'arn:aws:bedrock:us-east-1:000000000000:model-customization-job/amazon.nova-lite-v1:0:300k/abcdefghijkl',
      customModel: 'arn:aws:bedrock:us-east-1:000000000000:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl',
      modelName: customModelName(run, attempt),
      base,
      metrics: { training_loss: 0.4 },
      output: 's3://bucket/output/',
      trainingSeconds: 12,
    }),
    stopCustomization: async () => {},
    settleModel: async () => ({ deleted: [] }),
    submitEvaluation: async () => {},
    awaitEvaluation: async ({ models }) => ({
      evaluations: {
        ...(models.base ? { base: { scores: scoresWith(60), predictions: 's3://bucket/base/predictions.jsonl' } } : {}),
        ...(models.champion
          ? { champion: { scores: scoresWith(70), predictions: 's3://bucket/champion/predictions.jsonl' } }
          : {}),
        ...(models.candidate
          ? { candidate: { scores: scoresWith(80), predictions: 's3://bucket/candidate/predictions.jsonl' } }
          : {}),
      },
      removed: [...(models.base ? ['base' as const] : []), ...(models.champion ? ['champion' as const] : [])],
    }),
    answerTestSplit: async ({ contender, modelId }) => ({
      scores: scoresWith(contender === 'base' ? 60 : 80),
      predictions: `s3://bucket/${contender}/predictions.jsonl`,
      answering: { modelId, inputTokens: 1000, outputTokens: 100, cut: 0 },
    }),
    submitBatch: async () => {},
    awaitBatch: async ({ contender }) => ({ scores: scoresWith(80), predictions: `s3://bucket/${contender}/p.jsonl` }),
    stopBatch: async () => {},
    submitEvaluationJob: async () => {},
    awaitEvaluationJob: async () => ({ jobArn: 'arn', rows: 20, metrics: { bedrock_correctness: 0.9 } }),
    stopEvaluationJob: async () => {},
    judgeAnswers: async () => ({}),
    findChampion: async () => null,
    findServing: async () => null,
    compareContenders: async () => [],
    removeContender: async () => {},
    submitDeployment: async () => ({ created: true }),
    awaitDeployment: async ({ endpoint, created }) => ({
      to: 'sagemaker-endpoint',
      endpoint,
      endpointConfig: 'reviews-abc123',
      created,
      smokeTest: { input: '{}', output: '{"label":"positive"}', milliseconds: 4 },
    }),
    revertDeployment: async () => {},
    submitCandidate: async ({ run, servedName }) => ({ name: servedName ?? candidateDeploymentName(run) }),
    awaitCandidate: async ({ options: { to }, name }) => ({ to, name, arn: serverArn(to) }),
    removeCandidate: async () => {},
    submitRelease: async () => ({ created: false }),
    awaitRelease: async ({ options, name, created }) => ({
      deployment: {
        name,
        arn: serverArn(options.to),
        created,
        smokeTest: { input: 'Is it good?', output: 'positive', milliseconds: 4 },
        ...(options.to === 'bedrock-on-demand'
          ? { to: options.to }
          : { to: options.to, modelUnits: options.modelUnits }),
      },
      retention: { deleted: [] },
    }),
    revertRelease: async () => {},
    endThroughput: async () => {},
    unpackModel: async () => ({ uri: 's3://bucket/import/', files: 4, bytes: 1000 }),
    submitImport: async () => {},
    awaitImport: async ({ name }) => ({
      to: 'bedrock-import',
      name,
      arn: 'arn:aws:bedrock:us-east-1:000000000000:imported-model/aaaaaaaaaaaa',
      created: true,
      smokeTest: { input: 'Is it good?', output: 'positive', milliseconds: 4 },
    }),
    retireImports: async () => {},
    revertImport: async () => {},
    driftEvidence: async () => ({ due: false, reason: 'no drift in 500 rows' }),
    liveEvidence: async () => ({ due: false, reason: 'accuracy 0.9000 is not < 0.8000', ...JOINED }),
    lookUpFiring: async ({ at }) => ({
      spent: { month: at.slice(0, 7), usd: 0, runs: 0 },
      open: [],
      paused: false,
      outOfBudget: false,
    }),
    compareData: async () => ({ change: { rows: 0, bytes: 0, objects: 0, largest: [] }, compared: true }),
    keepData: async () => {},
    recordFiring: async () => {},
    noteFirings: async () => {},
    notify: async () => {},
    askForRecord: () => Promise.reject(ApplicationFailure.nonRetryable('the run does not answer')),
  };
  const activities = Object.fromEntries(
    Object.entries({ ...working, ...overrides }).map(([name, run]) => [
      name,
      (...args: unknown[]) => {
        calls.push(name as ActivityName);
        return (run as (...args: unknown[]) => unknown)(...args);
      },
    ]),
  ) as unknown as AllActivities;
  return { activities, calls };
}
