/** What activities make of a SageMaker that refuses or fails: one of the test's own, on the shared region's S3. */
import { ListTrainingJobsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import { createAwsClients } from '../../activities/aws.ts';
import { createPipelineActivities, type PipelineActivities } from '../../activities/index.ts';
import type { FaultPlan } from '../../local/aws/faults.ts';
import { ownSageMaker } from '../local/sagemaker/support.ts';
import { account, failureOf, once, preparedTraining, settled } from '../support/activities.ts';

/** Activities whose SageMaker follows the plan. */
async function withFaults(
  ...rules: FaultPlan['rules']
): Promise<{ pipeline: PipelineActivities; jobs: () => Promise<number> }> {
  const { url } = await ownSageMaker({ faults: { rules } });
  const sagemaker = new SageMakerClient({ endpoint: url, region: account.region });
  const clients = { ...createAwsClients(account.region), sagemaker };
  return {
    pipeline: createPipelineActivities({ aws: () => clients }),
    jobs: async () => (await sagemaker.send(new ListTrainingJobsCommand({}))).TrainingJobSummaries?.length ?? 0,
  };
}

const QUOTA = { operation: 'CreateTrainingJob', error: 'ResourceLimitExceeded' };

it('a quota that is full of the very job that was asked for is no shortage', async () => {
  const unacknowledged = { operation: 'CreateTrainingJob', times: 1, reset: true as const, afterDone: true };
  const { pipeline, jobs } = await withFaults(unacknowledged, QUOTA);
  const input = await preparedTraining();
  const job = await settled(pipeline.submitTraining, input);
  expect(await settled(pipeline.awaitTraining, job)).toMatchObject({ instance: input.instance });
  expect(await jobs()).toBe(1);
});

it('a full quota is told as one, with nothing made', async () => {
  const { pipeline, jobs } = await withFaults(QUOTA);
  const failure = await failureOf(once(pipeline.submitTraining, await preparedTraining()));
  expect(failure).toMatchObject({ type: 'QuotaExceeded', nextRetryDelay: '30s' });
  expect(failure.message).toContain('Service Quotas');
  expect(await jobs()).toBe(0);
});

it('a role that cannot be assumed is tried for two minutes, and then told with the trust policy that it needs', async () => {
  const message = `Could not assume role ${account.roleArn}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.`;
  const { pipeline } = await withFaults({
    operation: 'CreateTrainingJob',
    error: { code: 'ValidationException', message },
  });
  const input = await preparedTraining();
  const after = (seconds: number) =>
    failureOf(once(pipeline.submitTraining, input, 2, new Date(Date.now() - seconds * 1000)));
  expect(await after(110)).toMatchObject({ type: 'RoleNotReady', nonRetryable: false, nextRetryDelay: '5s' });
  const final = await after(125);
  expect(final).toMatchObject({ type: 'RoleNotReady', nonRetryable: true });
  const [, policy = ''] = /trust policy: (.*)$/.exec(final.message) ?? [];
  expect(JSON.parse(policy)).toMatchObject({
    Statement: [{ Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  });
});

describe('the reason that SageMaker gives for a failed job', () => {
  it.each([
    ['CapacityError: Unable to provision requested ML compute capacity.', 'CapacityUnavailable', 'Unable to provision'],
    ['AlgorithmError: InsufficientInstanceCapacity in our own cluster, exit code: 1', 'JobFailed', 'our own cluster'],
    [
      'ClientError: Data download failed:AccessDenied (403): User: arn:aws:sts::1:assumed-role/r/SageMaker is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:1:key/k',
      'KmsAccessDenied',
      'allow kms:Decrypt on arn:aws:kms:us-east-1:1:key/k for arn:aws:sts::1:assumed-role/r/SageMaker',
    ],
    ['ClientError: Data download failed:AccessDenied (403): denied', 'AccessDenied', 'Data download failed'],
    ['AlgorithmError: OSError: [Errno 28] No space left on device, exit code: 1', 'JobFailed', 'raise train.volumeGb'],
    ['AlgorithmError: CUDA out of memory, exit code: 1', 'JobFailed', 'smaller batches'],
    ['AlgorithmError: PermissionError: access denied, exit code: 1', 'JobFailed', 'PermissionError'],
  ])('%s', async (jobFails, type, says) => {
    const { pipeline } = await withFaults({ operation: 'CreateTrainingJob', jobFails });
    const job = await settled(pipeline.submitTraining, await preparedTraining());
    const failure = await failureOf(settled(pipeline.awaitTraining, job));
    expect(failure).toMatchObject({ type, nonRetryable: true, details: [{ billedSeconds: 0 }] });
    expect(failure.message).toContain(jobFails);
    expect(failure.message).toContain(says);
  });
});
