import { ApplicationFailure } from '@temporalio/common';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import type { Verdict } from '../../spec/approval.ts';
import { candidateDeploymentName, guardIdOf, transformJobName } from '../../spec/naming.ts';
import type { TrainedArtifact } from '../../spec/record.ts';
import type { Takeover } from '../../spec/takeover.ts';
import { approveSignal, decideUpdate } from '../../workflows/messages.ts';
import {
  type ActivityName,
  type AllActivities,
  CHAMPION,
  CHAMPION_SPECS,
  dataSet,
  fakeActivities,
  scoresWith,
  serving,
  underWay,
} from '../workflows/fake-activities.ts';
import { BEDROCK_SPEC, RETRAIN_SPEC, runToEnd, SPEC, withFiring, withRun } from '../workflows/harness.ts';

const failing = () =>
  Promise.reject(
    ApplicationFailure.nonRetryable('training job failed: AlgorithmError', 'JobFailed', { log: ['boom'] }),
  );

/** The name that serves is taken by the model from before. */
const BESIDE: Partial<AllActivities> = {
  submitCandidate: async ({ run }) => ({ name: candidateDeploymentName(run) }),
};

/** A base whose custom models answer from a throughput alone, so that the candidate needs one for its evaluation. */
const BY_THE_HOUR = BEDROCK_SPEC.replace('amazon.nova-lite-v1:0', 'amazon.titan-text-express-v1').replace(
  'bedrock-on-demand',
  'bedrock-provisioned, modelUnits: 1, ttl: 8h',
);

/** What a run on SageMaker leaves for others. */
function ofAnotherRun(): Takeover {
  const serving = { image: 'image', environment: {} };
  return {
    run: 'temper/reviews/7f3a9c',
    data: dataSet,
    source: { uri: 's3://bucket/sourcedir.tar.gz', sha256: 'b'.repeat(64) },
    base: { engine: 'sagemaker', artifact: 's3://bucket/base/model.tar.gz', serving },
  };
}

/** The same of a version, which was judged and approved. */
function ofAVersion(): Takeover {
  const model: TrainedArtifact = {
    engine: 'sagemaker',
    artifact: 's3://bucket/candidate/model.tar.gz',
    jobName: 'reviews-7f3a9c-train',
    jobArn: 'arn',
    instance: 'ml.m5.large',
    metrics: {},
    trainingSeconds: 12,
    billedSeconds: 12,
  };
  const candidate = { scores: scoresWith(80), predictions: 's3://bucket/predictions' };
  return { ...ofAnotherRun(), model, evaluations: { candidate }, gate: [] };
}

const AGAINST_CHAMPION = SPEC.replace('accuracy >= 0.70', 'accuracy >= champion + 0.01');

/** A run that is cancelled while it waits in the activity. */
async function cancelledIn(activity: ActivityName, spec = SPEC): Promise<History> {
  const fakes = fakeActivities({ [activity]: () => Promise.reject(underWay('10 minutes')) });
  return withRun(
    fakes,
    async ({ handle, until }) => {
      await until(() => fakes.calls.includes(activity));
      await handle.cancel();
      await handle.result().catch(() => {});
      return handle.fetchHistory();
    },
    spec,
  );
}

/** A run that waits for a decision and gets it; a signal before does not count. */
async function decided(verdict: Verdict): Promise<History> {
  return withRun(
    fakeActivities(),
    async ({ handle, until }) => {
      const { approval } = await until(({ waiting }) => waiting?.for === 'approval');
      const decision = { by: 'ana', evidence: approval?.evidence, comment: 'seen' };
      await handle.signal(approveSignal, { ...decision, evidence: 'of another run' });
      await handle.executeUpdate(decideUpdate, { args: [{ verdict, ...decision }] });
      await handle.result();
      return handle.fetchHistory();
    },
    `${SPEC}approve: manual\n`,
  );
}

/** A firing of a schedule, to its end. */
async function fired(overrides: Partial<AllActivities> = {}, spec = RETRAIN_SPEC): Promise<History> {
  return withFiring(
    fakeActivities(overrides),
    async ({ handle }) => {
      await handle.result().catch(() => {});
      return handle.fetchHistory();
    },
    spec,
  );
}

/** One recorded history each: what a change of the workflows must still be able to replay. */
export const SCENARIOS: Readonly<Record<string, () => Promise<History>>> = {
  passed: async () => (await runToEnd()).history,
  'passed-from-scratch': async () => {
    const spec = SPEC.replace(/^gate.*\n/m, '').replace(/^deploy.*\n/m, '');
    return (await runToEnd(fakeActivities(), spec.replace(', base: run:movie-reviews', ''))).history;
  },
  rejected: async () => {
    const scores = { scores: scoresWith(60), predictions: 's3://bucket/predictions' };
    const evaluated = { evaluations: { base: scores, candidate: scores }, removed: ['base' as const] };
    return (await runToEnd(fakeActivities({ awaitEvaluation: async () => evaluated }))).history;
  },
  approved: async () => decided('approve'),
  declined: async () => decided('decline'),
  'approval-deadline': async () =>
    (await runToEnd(fakeActivities(), `${SPEC}approve: { within: 3s, remind: 1s }\n`)).history,
  rerun: async () => (await runToEnd(fakeActivities(), SPEC, { takeover: ofAnotherRun() })).history,
  resume: async () => {
    const { evaluations: _, gate: __, ...left } = ofAVersion();
    return (await runToEnd(fakeActivities(), SPEC, { takeover: left })).history;
  },
  rollback: async () => (await runToEnd(fakeActivities(), SPEC, { takeover: ofAVersion() })).history,
  'failed-training': async () => (await runToEnd(fakeActivities({ awaitTraining: failing }))).history,
  'another-machine': async () => {
    const working = fakeActivities().activities;
    const fakes = fakeActivities({
      submitTraining: async (input) => {
        if (input.attempt !== 2) return working.submitTraining(input);
        throw ApplicationFailure.nonRetryable('no quota', 'QuotaExceeded');
      },
      awaitTraining: async (job) => {
        if (job.jobName.endsWith('-train-3')) return working.awaitTraining(job);
        throw ApplicationFailure.nonRetryable('no capacity', 'CapacityUnavailable');
      },
    });
    const instances = 'instance: [ml.a.large, ml.b.large, ml.c.large]';
    return (await runToEnd(fakes, SPEC.replace('script: train.py', `script: train.py, ${instances}`))).history;
  },
  'waiting-for-a-machine': async () => {
    const fakes = fakeActivities({
      submitTraining: () => Promise.reject(ApplicationFailure.nonRetryable('no quota', 'QuotaExceeded')),
    });
    const spec = SPEC.replace('script: train.py', 'script: train.py, maxWait: 1s');
    return (await runToEnd(fakes, spec)).history;
  },
  'waiting-to-evaluate-and-deploy': async () => {
    const lacks = (job?: string) =>
      Promise.reject(ApplicationFailure.nonRetryable('none', 'CapacityUnavailable', { job }));
    const { awaitEvaluation, awaitDeployment } = fakeActivities().activities;
    let deployments = 0;
    const fakes = fakeActivities({
      awaitEvaluation: (input) =>
        input.tries?.candidate ? awaitEvaluation(input) : lacks(transformJobName(input.run, 'candidate')),
      awaitDeployment: (input) => {
        deployments += 1;
        return deployments > 1 ? awaitDeployment(input) : lacks();
      },
    });
    return (await runToEnd(fakes, SPEC.replace('script: train.py', 'script: train.py, maxWait: 1s'))).history;
  },
  'failed-deployment': async () => (await runToEnd(fakeActivities({ awaitDeployment: failing }))).history,
  'cancelled-training': () => cancelledIn('awaitTraining'),
  'bedrock-passed': async () => (await runToEnd(fakeActivities(), BEDROCK_SPEC)).history,
  'bedrock-next-model': async () => (await runToEnd(fakeActivities(BESIDE), BEDROCK_SPEC)).history,
  'bedrock-rejected': async () => {
    const fakes = fakeActivities({
      answerTestSplit: async ({ modelId }) => ({
        scores: scoresWith(60),
        predictions: 's3://bucket/predictions',
        answering: { modelId, inputTokens: 1, outputTokens: 1, cut: 0 },
      }),
    });
    return (await runToEnd(fakes, BEDROCK_SPEC)).history;
  },
  'bedrock-batch': async () =>
    (await runToEnd(fakeActivities(), BEDROCK_SPEC.replace(/^evaluate.*$/m, 'evaluate: { by: batch }'))).history,
  'bedrock-job': async () => {
    const job = 'evaluate: { by: bedrock-job, job: { metrics: [Builtin.Accuracy] } }';
    return (await runToEnd(fakeActivities(), BEDROCK_SPEC.replace(/^evaluate.*$/m, job))).history;
  },
  'bedrock-judged': async () => {
    const judged = 'evaluate: { judge: { model: amazon.nova-pro-v1:0, against: base } }';
    return (await runToEnd(fakeActivities(), BEDROCK_SPEC.replace(/^evaluate.*$/m, judged))).history;
  },
  'bedrock-by-the-hour': async () => {
    const spec = BEDROCK_SPEC.replace('bedrock-on-demand', 'bedrock-provisioned, modelUnits: 1, ttl: 8h');
    return (await runToEnd(fakeActivities(BESIDE), spec)).history;
  },
  'bedrock-undeployed': async () => {
    const spec = BEDROCK_SPEC.replace(/^(?:evaluate|gate|deploy).*\n/gm, '');
    return (await runToEnd(fakeActivities(), spec)).history;
  },
  'bedrock-failed-training': async () =>
    (await runToEnd(fakeActivities({ awaitCustomization: failing }), BEDROCK_SPEC)).history,
  'bedrock-failed-deployment': async () =>
    (await runToEnd(fakeActivities({ ...BESIDE, awaitRelease: failing }), BEDROCK_SPEC)).history,
  'bedrock-waiting-for-quota': async () => {
    const fakes = fakeActivities({
      submitCustomization: async ({ attempt }) => {
        if (attempt === 1) throw ApplicationFailure.nonRetryable('no quota', 'QuotaExceeded');
      },
    });
    return (await runToEnd(fakes, BEDROCK_SPEC.replace('v1:0 }', 'v1:0, maxWait: 1s }'))).history;
  },
  'bedrock-cancelled-training': () => cancelledIn('awaitCustomization', BEDROCK_SPEC),
  'bedrock-cancelled-evaluation': () => cancelledIn('answerTestSplit', BEDROCK_SPEC),
  'bedrock-throughput-for-the-evaluation': async () => (await runToEnd(fakeActivities(), BY_THE_HOUR)).history,
  'throughput-guard': async () =>
    withRun(
      fakeActivities(),
      async ({ run, handle }, { client }) => {
        await handle.result();
        const guard = client.workflow.getHandle(guardIdOf(run, 'candidate'));
        await guard.result();
        return guard.fetchHistory();
      },
      BY_THE_HOUR.replace('8h', '1s'),
    ),
  champion: async () => (await runToEnd(fakeActivities(CHAMPION), AGAINST_CHAMPION)).history,
  'champion-gone': async () => {
    const model = { engine: 'sagemaker', artifact: 's3://bucket/gone/model.tar.gz', serving } as const;
    const fakes = fakeActivities({
      findChampion: async () => ({ model, spec: CHAMPION_SPECS.sagemaker, gone: 'its artifact was deleted' }),
    });
    return (await runToEnd(fakes, AGAINST_CHAMPION)).history;
  },
  'bedrock-champion': async () => {
    const model = { engine: 'bedrock', customModel: 'arn:of:champion', base: 'amazon.nova-lite-v1:0' } as const;
    const fakes = fakeActivities({ ...CHAMPION, findChampion: async () => ({ model, spec: CHAMPION_SPECS.bedrock }) });
    return (await runToEnd(fakes, BEDROCK_SPEC.replace('accuracy >= 0.70', 'accuracy >= champion'))).history;
  },
  'champion-of-bedrock': async () => {
    const model = { engine: 'bedrock', customModel: 'arn:of:champion', base: 'amazon.nova-lite-v1:0' } as const;
    const fakes = fakeActivities({ ...CHAMPION, findChampion: async () => ({ model, spec: CHAMPION_SPECS.bedrock }) });
    return (await runToEnd(fakes, AGAINST_CHAMPION)).history;
  },
  'bedrock-champion-of-sagemaker': async () =>
    (await runToEnd(fakeActivities(CHAMPION), BEDROCK_SPEC.replace('accuracy >= 0.70', 'accuracy >= champion')))
      .history,
  'retrain-trained': async () => fired(),
  'retrain-by-triggers': async () =>
    fired(
      {
        lookUpFiring: async () => ({
          newest: { number: 3, run: 'temper/reviews/aaaa', handedOverAt: '2026-01-01T00:00:00.000Z' },
          judged: { run: 'temper/reviews/aaaa', at: '2026-01-01T00:00:00.000Z' },
          spent: { month: '2026-11', usd: 0, runs: 0 },
          open: [],
          paused: false,
          outOfBudget: false,
        }),
      },
      RETRAIN_SPEC.replace('to: sagemaker-endpoint', 'to: sagemaker-endpoint, capture: { share: 0.2 }').replace(
        'every: 1w',
        'when: { newData: { rows: 5 }, championAge: 30d, drift: { of: [text] }, liveMetric: { rule: accuracy < 0.8, labels: s3://bucket/labels/ } }',
      ),
    ),
  'retrain-skipped': async () =>
    fired({
      lookUpFiring: async () => ({
        spent: { month: '2026-11', usd: 0, runs: 0 },
        open: ['temper/reviews/bbbb'],
        paused: false,
        outOfBudget: false,
      }),
    }),
  'retrain-failed': async () => fired({ awaitTraining: failing }),
  'retrain-cancelled': async () => {
    const fakes = fakeActivities({ awaitTraining: () => Promise.reject(underWay('10 minutes')) });
    return withFiring(fakes, async ({ handle, runUnderWay }) => {
      await runUnderWay();
      await handle.cancel();
      await handle.result().catch(() => {});
      return handle.fetchHistory();
    });
  },
  told: async () =>
    (
      await runToEnd(
        fakeActivities(),
        `${SPEC}approve: { within: 3s, remind: 1s }\nnotify: { topic: "arn:aws:sns:us-east-1:123456789012:models", on: [approval, declined] }\n`,
      )
    ).history,
  imported: async () => {
    const spec = SPEC.replace('sagemaker-endpoint', 'bedrock-import');
    return (await runToEnd(fakeActivities(), spec)).history;
  },
};
