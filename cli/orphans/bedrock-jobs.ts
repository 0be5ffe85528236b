/** Bedrock's jobs that are not over. */
import {
  ListEvaluationJobsCommand,
  ListModelCustomizationJobsCommand,
  ListModelImportJobsCommand,
  ListModelInvocationJobsCommand,
} from '@aws-sdk/client-bedrock';
import type { AwsClients } from '../../activities/aws.ts';
import { all, type Candidate } from './listing.ts';

export const PAGE = { maxResults: 100 };

/** Jobs that are not over, as those that are bill nothing more. */
export async function customizationJobsUnderWay({ bedrock }: AwsClients): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const statusEquals of ['InProgress', 'Stopping'] as const) {
    const filter = { ...PAGE, statusEquals, nameContains: 'train' };
    const jobs = await all(
      (nextToken) => bedrock.send(new ListModelCustomizationJobsCommand({ ...filter, nextToken })),
      (page) => page.modelCustomizationJobSummaries,
    );
    for (const { jobName, jobArn, creationTime } of jobs) {
      found.push({ name: jobName, arn: jobArn, status: statusEquals, since: creationTime });
    }
  }
  return found;
}

/** AWS takes no hyphen at the beginning. */
const OF_EVALUATIONS = 'eval';
const BATCH_STATUSES = ['Submitted', 'Validating', 'Scheduled', 'InProgress', 'Stopping'] as const;

/** Batch inference jobs that are not over. */
export async function batchJobsUnderWay({ bedrock }: AwsClients): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const statusEquals of BATCH_STATUSES) {
    const filter = { ...PAGE, statusEquals, nameContains: OF_EVALUATIONS };
    const jobs = await all(
      (nextToken) => bedrock.send(new ListModelInvocationJobsCommand({ ...filter, nextToken })),
      (page) => page.invocationJobSummaries,
    );
    for (const { jobName, jobArn, submitTime } of jobs) {
      found.push({ name: jobName, arn: jobArn, status: statusEquals, since: submitTime });
    }
  }
  return found;
}

/** Evaluation jobs that are not over. */
export async function evaluationJobsUnderWay({ bedrock }: AwsClients): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const statusEquals of ['InProgress', 'Stopping'] as const) {
    const filter = { ...PAGE, statusEquals, nameContains: OF_EVALUATIONS };
    const jobs = await all(
      (nextToken) => bedrock.send(new ListEvaluationJobsCommand({ ...filter, nextToken })),
      (page) => page.jobSummaries,
    );
    for (const { jobName, jobArn, creationTime } of jobs) {
      found.push({ name: jobName, arn: jobArn, status: statusEquals, since: creationTime });
    }
  }
  return found;
}

/** Imports that are not over; nothing can stop them. */
export async function importJobsUnderWay({ bedrock }: AwsClients): Promise<Candidate[]> {
  const jobs = await all(
    (nextToken) => bedrock.send(new ListModelImportJobsCommand({ ...PAGE, statusEquals: 'InProgress', nextToken })),
    (page) => page.modelImportJobSummaries,
  );
  return jobs.map(({ jobName, jobArn, status, creationTime }) => ({
    name: jobName,
    arn: jobArn,
    status,
    since: creationTime,
  }));
}
