import {
  CreateModelInvocationJobCommand,
  type CreateModelInvocationJobRequest,
  GetModelInvocationJobCommand,
  type GetModelInvocationJobResponse,
  StopModelInvocationJobCommand,
} from '@aws-sdk/client-bedrock';
import { Context } from '@temporalio/activity';
import type { Evaluation } from '../../../spec/evaluation.ts';
import { rowsProblem } from '../../../spec/fit.ts';
import { type Contender, evaluationJobName, type RunRef, s3Keys, splitFile } from '../../../spec/naming.ts';
import type { Account } from '../../../spec/record.ts';
import { scorerFor } from '../../../spec/scoring/scorer.ts';
import type { AwsProvider } from '../../aws.ts';
import { isOf } from '../../bedrock/custom-models.ts';
import { invocationJobArn, runningStatus } from '../../bedrock/named-jobs.ts';
import { bedrockTags, createOrAttach } from '../../bedrock/tags.ts';
import { Scratch } from '../../data/scratch.ts';
import { uploadAll } from '../../data/upload.ts';
import { calling, failure } from '../../errors.ts';
import { ownTags } from '../../ownership.ts';
import { look, stillInProgress, stopJob } from '../../waiting.ts';
import type { ConverseInput } from '../converse/converse.ts';
import { scoredAnswers } from '../converse/scored-answers.ts';
import { keepScores } from '../predictions.ts';
import { answersUnder, questionFile } from './records.ts';

/** Who answers the test split in one job, and how it is asked. */
export interface BatchInput extends Omit<ConverseInput, 'concurrency'> {
  /** `modelId` is that of a base model or the ARN of a custom one: batch inference takes nothing that serves. */
  readonly modelId: string;
  /** The job is stopped by AWS when it is that old, in whole hours. */
  readonly maxSeconds: number;
}

const [LEAST_HOURS, MOST_HOURS] = [24, 168];

const prefixOf = ({ run, account, contender }: Pick<BatchInput, 'run' | 'account' | 'contender'>): string =>
  `s3://${account.bucket}/${s3Keys.evaluation(run, contender)}`;

function requestOf(input: BatchInput): CreateModelInvocationJobRequest {
  const prefix = prefixOf(input);
  const hours = Math.ceil(input.maxSeconds / 3600);
  return {
    jobName: evaluationJobName(input.run, input.contender),
    roleArn: input.account.roleArn,
    modelId: input.modelId,
    modelInvocationType: 'Converse',
    inputDataConfig: { s3InputDataConfig: { s3Uri: `${prefix}batch/${splitFile('inputs')}`, s3InputFormat: 'JSONL' } },
    outputDataConfig: { s3OutputDataConfig: { s3Uri: `${prefix}batch/output/` } },
    timeoutDurationInHours: Math.min(MOST_HOURS, Math.max(LEAST_HOURS, hours)),
  };
}

/** Whether the job is over. Throws when it ended without answers. */
function isOver(what: string, { status, message }: GetModelInvocationJobResponse): boolean {
  switch (status) {
    case 'Completed':
    // It expired on its way; rows without an answer are told.
    case 'PartiallyCompleted':
      return true;
    case 'Submitted':
    case 'Validating':
    case 'Scheduled':
    case 'InProgress':
    case 'Stopping':
      return false;
    case 'Stopped':
      throw failure('JobStopped', `${what} was stopped: somebody stopped it`);
    case 'Expired':
      throw failure('MaxRuntimeExceeded', `${what} expired before it began; raise evaluate.maxRuntime`);
    case 'Failed':
      throw failure('JobFailed', `${what} failed: ${message ?? 'no reason given'}`);
    default:
      throw failure('JobFailed', `${what} has the unknown status ${status}`);
  }
}

/** Evaluation by batch inference: all rows in one job for each contender, at half the price, some hours later. */
export function createBatchActivities({ aws }: { aws: AwsProvider }) {
  return {
    /** Writes the questions to S3 and creates the job, or attaches to the one that is there. */
    async submitBatch(input: BatchInput): Promise<void> {
      const { run, account, data, wording, maxTokens, temperature } = input;
      const { s3, bedrock } = aws(account.region);
      const rows = data.splits.test?.rows ?? 0;
      const problem = rowsProblem('batch', rows);
      if (problem) throw failure('InvalidSpec', problem);
      const scratch = new Scratch();
      try {
        const content = await questionFile(s3, scratch, data, wording, { maxTokens, temperature });
        const uri = `${prefixOf(input)}batch/${splitFile('inputs')}`;
        await uploadAll(s3, [{ uri, content }], { signal: Context.current().cancellationSignal });
      } finally {
        await scratch.close();
      }
      const request = requestOf(input);
      const { jobName = '' } = request;
      const what = `batch inference job ${jobName}`;
      const own = ownTags(run, 'evaluate', request);
      const find = () => invocationJobArn(bedrock, jobName);
      await createOrAttach(
        bedrock,
        what,
        own,
        async () => {
          // A token holds for minutes only, and a name may not be unique.
          if (await find()) throw failure('Conflict', `${what} is there`);
          await bedrock.send(new CreateModelInvocationJobCommand({ ...request, tags: bedrockTags(own) }));
        },
        find,
      );
    },

    /** Looks once at the job. Fails with `InProgress` until it is over; then joins, scores and keeps the answers. */
    async awaitBatch(input: BatchInput): Promise<Evaluation> {
      const { run, account, data, contender, modelId, schema } = input;
      const { s3, bedrock } = aws(account.region);
      const jobName = evaluationJobName(run, contender);
      const what = `batch inference job ${jobName}`;
      const jobIdentifier = await look(`find ${what}`, () => invocationJobArn(bedrock, jobName));
      if (!jobIdentifier) throw failure('NotFound', `there is no ${what}`);
      const job = await look(`describe ${what}`, () =>
        bedrock.send(new GetModelInvocationJobCommand({ jobIdentifier })),
      );
      if (!isOver(what, job)) {
        const { status = '', processedRecordCount: done, totalRecordCount: total } = job;
        const far = done !== undefined && total ? { metrics: { answered: done / total } } : {};
        throw stillInProgress({ resource: jobName, status, ...far });
      }
      const scratch = new Scratch();
      try {
        const rows = data.splits.test?.rows ?? 0;
        const answers = await answersUnder(s3, scratch, `${prefixOf(input)}batch/output/`, rows);
        const { answered, answering } = scoredAnswers(s3, data, modelId, async (row) => {
          return (await answers.get(row)) ?? { refused: `${what} ended without an answer` };
        });
        const labels = data.kind === 'classification' ? data.labels : undefined;
        const kept = await keepScores(s3, prefixOf(input), scorerFor(data.kind, { labels, schema }), answered);
        return { ...kept, answering: answering() };
      } finally {
        await scratch.close();
      }
    },

    /** Stops the contender's job and waits for its end. Over, or never created, is fine; somebody else's stays. */
    async stopBatch({
      run,
      account,
      contender,
    }: {
      run: RunRef;
      account: Account;
      contender: Contender;
    }): Promise<void> {
      const { bedrock } = aws(account.region);
      const jobName = evaluationJobName(run, contender);
      const what = `batch inference job ${jobName}`;
      const jobIdentifier = await calling(`find ${what}`, () => invocationJobArn(bedrock, jobName));
      if (!jobIdentifier || !(await isOf(bedrock, run, jobIdentifier))) return;
      const { status } = await calling(`describe ${what}`, () =>
        bedrock.send(new GetModelInvocationJobCommand({ jobIdentifier })),
      );
      await stopJob(jobName, runningStatus(status), () =>
        bedrock.send(new StopModelInvocationJobCommand({ jobIdentifier })),
      );
    },
  };
}
