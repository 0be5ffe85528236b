import {
  CreateEvaluationJobCommand,
  type CreateEvaluationJobRequest,
  GetEvaluationJobCommand,
  type GetEvaluationJobResponse,
  StopEvaluationJobCommand,
} from '@aws-sdk/client-bedrock';
import type { S3Client } from '@aws-sdk/client-s3';
import { Context } from '@temporalio/activity';
import { conversePrompt, promptText, type Wording } from '../../../spec/bedrock/question.ts';
import { answerOf, jsonLine } from '../../../spec/data/examples.ts';
import { type Contender, evaluationJobName, type RunRef, s3Keys } from '../../../spec/naming.ts';
import type { Account, DataSet } from '../../../spec/record.ts';
import type { AwsProvider } from '../../aws.ts';
import { isOf } from '../../bedrock/custom-models.ts';
import { evaluationJobArn } from '../../bedrock/named-jobs.ts';
import { bedrockTags, createOrAttach } from '../../bedrock/tags.ts';
import type { Content } from '../../data/content.ts';
import { LineFile } from '../../data/line-file.ts';
import { Scratch } from '../../data/scratch.ts';
import { uploadAll } from '../../data/upload.ts';
import { calling, failure } from '../../errors.ts';
import { ownTags } from '../../ownership.ts';
import { objectLines } from '../../s3-lines.ts';
import { look, stillInProgress, stopJob } from '../../waiting.ts';
import { testExamples } from '../converse/test-examples.ts';
import { sampleOf } from '../sample.ts';
import { type JobResults, jobResults } from './results.ts';

/** Whose answers Bedrock is to evaluate, and by what. */
export interface EvaluationJobInput {
  readonly run: RunRef;
  readonly account: Account;
  readonly data: DataSet;
  readonly contender: Contender;
  readonly wording: Wording;
  /** Where the answers are. */
  readonly predictions: string;
  /** `Generation` */
  readonly task: string;
  /** `Builtin.Correctness` */
  readonly metrics: readonly string[];
  /** Id of the model that judges; none for an automatic evaluation. */
  readonly evaluator?: string | undefined;
  /** A job has no limit of its own: one that is older is stopped. */
  readonly maxSeconds: number;
}

export interface JobScores extends JobResults {
  readonly jobArn: string;
}

/** AWS's limit of a data set of one's own. */
const MOST_PROMPTS = 1000;

const prefixOf = ({ run, account, contender }: Pick<EvaluationJobInput, 'run' | 'account' | 'contender'>): string =>
  `s3://${account.bucket}/${s3Keys.evaluation(run, contender)}bedrock-job/`;

/** The data set of a job: questions, right answers, and what the contender said. */
async function promptFile(s3: S3Client, scratch: Scratch, input: EvaluationJobInput): Promise<Content> {
  const { data, wording, predictions, contender } = input;
  const sample = sampleOf(data.splits.test?.rows ?? 0, MOST_PROMPTS, data.sha256);
  const said = objectLines(s3, predictions);
  const lines = new LineFile(scratch);
  let row = 0;
  for await (const example of testExamples(s3, data)) {
    row += 1;
    const { value, done } = await said.next();
    if (done) throw failure('InvalidPredictions', `${predictions} ends before the test split, at row ${row}`);
    if (!sample.has(row)) continue;
    const { prediction: response } = JSON.parse(value) as { readonly prediction: string };
    const prompt = promptText(conversePrompt(example, wording));
    const modelResponses = [{ response, modelIdentifier: contender }];
    lines.add(Buffer.from(jsonLine({ prompt, referenceResponse: answerOf(example), modelResponses })));
    await scratch.settle();
  }
  return lines.content;
}

function requestOf(input: EvaluationJobInput): CreateEvaluationJobRequest {
  const { run, account, contender, task, metrics, evaluator } = input;
  const prefix = prefixOf(input);
  return {
    jobName: evaluationJobName(run, contender),
    roleArn: account.roleArn,
    applicationType: 'ModelEvaluation',
    evaluationConfig: {
      automated: {
        datasetMetricConfigs: [
          {
            // Jobs with a judge have a task type that the SDK's types lack, and AWS's examples have.
            taskType: (evaluator ? 'General' : task) as 'Generation',
            dataset: { name: 'test', datasetLocation: { s3Uri: `${prefix}prompts.jsonl` } },
            metricNames: [...metrics],
          },
        ],
        ...(evaluator && { evaluatorModelConfig: { bedrockEvaluatorModels: [{ modelIdentifier: evaluator }] } }),
      },
    },
    // The answers that were scored are the ones that are judged; and a job takes no model that is deployed on demand.
    inferenceConfig: { models: [{ precomputedInferenceSource: { inferenceSourceIdentifier: contender } }] },
    outputDataConfig: { s3Uri: `${prefix}output/` },
  };
}

const secondsOf = ({ creationTime }: GetEvaluationJobResponse): number =>
  creationTime ? (Date.now() - creationTime.getTime()) / 1000 : 0;

/** Evaluation jobs of Bedrock, on answers that the contenders have given. */
export function createEvaluationJobActivities({ aws }: { aws: AwsProvider }) {
  return {
    /** Writes questions and answers to S3 and creates the job, or attaches to the one that is there. */
    async submitEvaluationJob(input: EvaluationJobInput): Promise<void> {
      const { s3, bedrock } = aws(input.account.region);
      const scratch = new Scratch();
      try {
        const content = await promptFile(s3, scratch, input);
        const uploads = [{ uri: `${prefixOf(input)}prompts.jsonl`, content }];
        await uploadAll(s3, uploads, { signal: Context.current().cancellationSignal });
      } finally {
        await scratch.close();
      }
      const request = requestOf(input);
      const { jobName = '' } = request;
      const what = `evaluation job ${jobName}`;
      const own = ownTags(input.run, 'evaluate', request);
      await createOrAttach(
        bedrock,
        what,
        own,
        () => bedrock.send(new CreateEvaluationJobCommand({ ...request, jobTags: bedrockTags(own) })),
        () => evaluationJobArn(bedrock, jobName),
      );
    },

    /**
     * Looks once at the job. Fails with `InProgress` until it is done, then gives its scores. A job that is older than it
     * may be is stopped, and ends with `MaxRuntimeExceeded`.
     */
    async awaitEvaluationJob(input: EvaluationJobInput): Promise<JobScores> {
      const { run, account, contender, metrics, maxSeconds } = input;
      const { s3, bedrock } = aws(account.region);
      const jobName = evaluationJobName(run, contender);
      const what = `evaluation job ${jobName}`;
      const jobIdentifier = await look(`find ${what}`, () => evaluationJobArn(bedrock, jobName));
      if (!jobIdentifier) throw failure('NotFound', `there is no ${what}`);
      const job = await look(`describe ${what}`, () => bedrock.send(new GetEvaluationJobCommand({ jobIdentifier })));
      const isTooOld = secondsOf(job) > maxSeconds;
      switch (job.status) {
        case 'Completed':
          return { jobArn: jobIdentifier, ...(await jobResults(s3, `${prefixOf(input)}output/`, metrics)) };
        case 'InProgress':
          if (isTooOld) {
            await stopJob(jobName, job.status, () => bedrock.send(new StopEvaluationJobCommand({ jobIdentifier })));
          }
          throw stillInProgress({ resource: jobName, status: job.status });
        case 'Stopping':
          throw stillInProgress({ resource: jobName, status: job.status }, true);
        case 'Stopped':
          if (!isTooOld) throw failure('JobStopped', `${what} was stopped: somebody stopped it`);
          throw failure(
            'MaxRuntimeExceeded',
            `${what} was stopped after its limit of ${maxSeconds} s; raise evaluate.maxRuntime`,
          );
        case 'Failed':
          throw failure('JobFailed', `${what} failed: ${job.failureMessages?.join('; ') ?? 'no reason given'}`);
        default:
          throw failure('JobFailed', `${what} has the unknown status ${job.status}`);
      }
    },

    /** Stops the contender's job and waits for its end. Over, or never created, is fine; somebody else's stays. */
    async stopEvaluationJob(input: { run: RunRef; account: Account; contender: Contender }): Promise<void> {
      const { run, account, contender } = input;
      const { bedrock } = aws(account.region);
      const jobName = evaluationJobName(run, contender);
      const what = `evaluation job ${jobName}`;
      const jobIdentifier = await calling(`find ${what}`, () => evaluationJobArn(bedrock, jobName));
      if (!jobIdentifier || !(await isOf(bedrock, run, jobIdentifier))) return;
      const { status } = await calling(`describe ${what}`, () =>
        bedrock.send(new GetEvaluationJobCommand({ jobIdentifier })),
      );
      await stopJob(jobName, status, () => bedrock.send(new StopEvaluationJobCommand({ jobIdentifier })));
    },
  };
}
