/** What a run waits for: the activity under way, what it tells of itself, and why it is tried again. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { PipelineActivities } from '../../activities/index.ts';
import type { RetrainingActivities } from '../../activities/retraining/retraining.ts';
import { candidateServing } from '../../spec/bedrock/serving.ts';
import type { AskingProgress, DataProgress, JobProgress } from '../../spec/progress.ts';
import type { RunRecord, Stage, Waiting } from '../../spec/record.ts';

/** What activities tell of themselves. */
export type ActivityProgress = JobProgress | DataProgress | AskingProgress;

/** The activity that a run waits for, or what it waits for between two. */
export interface Pending {
  readonly progress?: ActivityProgress;
  /** What has to come from outside before it goes on. */
  readonly waiting?: Waiting;
  /** What else the last attempt failed with, where Temporal is trying again. */
  readonly problem?: string;
  readonly attempt: number;
}

/** Activities of other workflows than runs, and the one that no stage waits for. */
type OfOthers = 'notify' | 'endThroughput' | 'driftEvidence' | 'liveEvidence' | keyof RetrainingActivities;

/** The stage that waits for an activity; clean-up belongs to none. */
const STAGE_OF: Readonly<Record<Exclude<keyof PipelineActivities, OfOthers> | 'prepareInputs', Stage | undefined>> = {
  prepareInputs: 'data',
  prepareData: 'data',
  resolveBase: 'data',
  checkTakeover: 'data',
  submitTraining: 'train',
  awaitTraining: 'train',
  stopTraining: undefined,
  submitCustomization: 'train',
  awaitCustomization: 'train',
  stopCustomization: undefined,
  settleModel: undefined,
  submitEvaluation: 'evaluate',
  awaitEvaluation: 'evaluate',
  answerTestSplit: 'evaluate',
  judgeAnswers: 'evaluate',
  findChampion: 'evaluate',
  findServing: 'evaluate',
  compareContenders: 'gate',
  submitBatch: 'evaluate',
  awaitBatch: 'evaluate',
  stopBatch: undefined,
  submitEvaluationJob: 'evaluate',
  awaitEvaluationJob: 'evaluate',
  stopEvaluationJob: undefined,
  removeContender: undefined,
  submitDeployment: 'deploy',
  awaitDeployment: 'deploy',
  publishModel: 'deploy',
  revertDeployment: undefined,
  submitCandidate: 'evaluate',
  awaitCandidate: 'evaluate',
  removeCandidate: undefined,
  submitRelease: 'deploy',
  awaitRelease: 'deploy',
  revertRelease: undefined,
  unpackModel: 'train',
  submitImport: 'deploy',
  awaitImport: 'deploy',
  retireImports: undefined,
  revertImport: undefined,
};

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** The run was described before it was asked for its record, and may have gone on to the next stage in between. */
function activitiesOf(stage: Stage, { raw }: WorkflowExecutionDescription): PendingActivity[] {
  const all = raw.pendingActivities ?? [];
  return all.filter(({ activityType }) => {
    const name = activityType?.name as keyof PipelineActivities | undefined;
    const owner = STAGE_OF[name as keyof typeof STAGE_OF];
    return name !== 'notify' && (owner === undefined || owner === stage);
  });
}

/** Of several, one that has something to tell. */
function activityOf(stage: Stage, description: WorkflowExecutionDescription): PendingActivity | undefined {
  const activities = activitiesOf(stage, description);
  return activities.find(({ heartbeatDetails, lastFailure }) => heartbeatDetails || lastFailure) ?? activities[0];
}

// PendingActivityState SCHEDULED: waiting for a worker to take it up.
const SCHEDULED = 1;
/** Whoever serves a run's inputs takes them up at once. Temporal goes on showing a poller that was killed for a minute. */
const TAKEN_UP_MS = 3_000;

/** Whether the machine that has the run's files is away. */
export function lacksInputs({ stage }: RunRecord, description: WorkflowExecutionDescription): boolean {
  return activitiesOf(stage, description).some(({ activityType, state, scheduledTime }) => {
    const since = Number(scheduledTime?.seconds ?? Number.POSITIVE_INFINITY) * 1000;
    return activityType?.name === 'prepareInputs' && state === SCHEDULED && Date.now() - since > TAKEN_UP_MS;
  });
}

/** What has to change outside of the run, by the type that the attempts fail with. */
const CAUSES: Readonly<Record<string, Waiting['for']>> = {
  QuotaExceeded: 'quota',
  CredentialsRejected: 'credentials',
  RoleNotReady: 'role',
  Busy: 'endpoint',
};

/** What of Bedrock the account has none left of; for machines the run itself waits. */
function scarceIn({ stage, spec, account }: RunRecord): string | undefined {
  const { deploy } = spec;
  if (stage !== 'evaluate' && stage !== 'deploy') return undefined;
  switch (stage === 'evaluate' ? candidateServing(spec, account.region) : deploy.to) {
    case 'bedrock-on-demand':
      return 'custom model deployments';
    case 'bedrock-provisioned':
      return 'model units';
    case 'bedrock-import':
      return 'import jobs';
    default:
      return undefined;
  }
}

function waitingOf(record: RunRecord, activity: PendingActivity): Waiting | undefined {
  const { lastFailure, attempt, nextAttemptScheduleTime: next, activityType } = activity;
  const cause = CAUSES[lastFailure?.applicationFailureInfo?.type ?? ''];
  if (!cause) return undefined;
  const of = cause === 'quota' ? scarceIn(record) : undefined;
  // Each look at a job is an attempt too.
  const tries = activityType?.name?.startsWith('await') ? undefined : (attempt ?? 2) - 1;
  return {
    for: cause,
    ...(of && { of }),
    ...(tries && { tries }),
    ...(next && { nextTryAt: new Date(Number(next.seconds) * 1000).toISOString() }),
    message: lastFailure?.message ?? '',
  };
}

/** What the run waits for at the moment, as far as its record and Temporal know. */
export function pendingOf(record: RunRecord, description: WorkflowExecutionDescription): Pending | undefined {
  const activity = activityOf(record.stage, description);
  if (!activity) return record.waiting && { waiting: record.waiting, attempt: 1 };
  const { heartbeatDetails, lastFailure, attempt } = activity;
  const payload = heartbeatDetails?.payloads?.[0];
  const waiting = waitingOf(record, activity);
  // Waiting for a job is failing with this type at each look: that is no problem.
  const isLook = lastFailure?.applicationFailureInfo?.type === 'InProgress';
  const problem = isLook || waiting ? undefined : lastFailure?.message;
  return {
    ...(payload && { progress: defaultPayloadConverter.fromPayload<ActivityProgress>(payload) }),
    ...(waiting && { waiting }),
    ...(problem && { problem }),
    attempt: attempt ?? 1,
  };
}

/** The record with what the run waits for, where only Temporal knows that. */
export function withWaiting(record: RunRecord, description: WorkflowExecutionDescription): RunRecord {
  if (record.waiting) return record;
  if (lacksInputs(record, description)) {
    return { ...record, waiting: { for: 'inputs', message: `upload them with: temper upload ${record.run}` } };
  }
  const waiting = pendingOf(record, description)?.waiting;
  return waiting ? { ...record, waiting } : record;
}
