import {
  CreateTransformJobCommand,
  type CreateTransformJobRequest,
  DescribeTransformJobCommand,
  type DescribeTransformJobResponse,
  StopTransformJobCommand,
} from '@aws-sdk/client-sagemaker';
import { Context } from '@temporalio/activity';
import { inputOf, jsonLine } from '../../spec/data/examples.ts';
import type { Evaluation } from '../../spec/evaluation.ts';
import { type Contender, type RunRef, s3Keys, splitFile, transformJobName } from '../../spec/naming.ts';
import type { Account, DataSet, ModelRef } from '../../spec/record.ts';
import type { AwsClients, AwsProvider } from '../aws.ts';
import { LineFile } from '../data/line-file.ts';
import { Scratch } from '../data/scratch.ts';
import { uploadAll } from '../data/upload.ts';
import { failure, unlessNotFound } from '../errors.ts';
import { jobFailure } from '../sagemaker/job-failure.ts';
import { jobLogTail, TRANSFORM_LOGS } from '../sagemaker/logs.ts';
import { deleteModel, ensureModel, removeModel } from '../sagemaker/models.ts';
import { createOrAttach, isOf, resourceTags } from '../sagemaker/tags.ts';
import { look, stillInProgress, stopJob } from '../waiting.ts';
import { testExamples } from './converse/test-examples.ts';
import { scoreAnswers } from './predictions.ts';

/** Who is evaluated on which test split. */
export interface EvaluationInput {
  readonly run: RunRef;
  readonly account: Account;
  readonly data: DataSet;
  readonly models: { readonly [C in Contender]?: ModelRef };
  readonly instance: string;
  /** A transform job has no limit of its own: one that takes longer than this fails the evaluation, and is stopped. */
  readonly maxSeconds: number;
  /** JSON schema for `json_schema`. */
  readonly schema?: object | undefined;
  /** Whether a language model answers the same rows: an answer that is none of the labels is then none of anybody's. */
  readonly saysAnything?: boolean;
  /** Which job it is of a contender whose first one had no machine. */
  readonly tries?: { readonly [C in Contender]?: number };
}

/** A contender's evaluation, as far as it is needed to end it. */
export interface ContenderRef {
  readonly run: RunRef;
  readonly region: string;
  readonly contender: Contender;
  /** 1 where absent. */
  readonly attempt?: number | undefined;
}

export interface Evaluated {
  readonly evaluations: { readonly [C in Contender]?: Evaluation };
  /** Contenders of which nothing is left to remove. */
  readonly removed: readonly Contender[];
}

const MAX_PAYLOAD_MB = 6;

function outputPrefix(run: RunRef, contender: Contender, account: Account): string {
  return `s3://${account.bucket}/${s3Keys.evaluation(run, contender)}`;
}

/** Of data for Bedrock, which is asked with the test split itself, nobody has written what a container is asked with. */
async function writeInputs({ s3 }: AwsClients, { run, account, data }: EvaluationInput): Promise<string> {
  const scratch = new Scratch();
  try {
    const lines = new LineFile(scratch);
    for await (const example of testExamples(s3, data)) {
      lines.add(Buffer.from(jsonLine(inputOf(example))));
      await scratch.settle();
    }
    const prefix = `${outputPrefix(run, 'champion', account)}inputs/`;
    const uploads = [{ uri: `${prefix}${splitFile('inputs')}`, content: lines.content }];
    await uploadAll(s3, uploads, { signal: Context.current().cancellationSignal });
    return prefix;
  } finally {
    await scratch.close();
  }
}

function transformRequest(input: EvaluationInput, contender: Contender, ModelName: string, S3Uri: string) {
  const { run, account, instance, tries = {} } = input;
  return {
    TransformJobName: transformJobName(run, contender, tries[contender]),
    ModelName,
    BatchStrategy: 'MultiRecord',
    MaxPayloadInMB: MAX_PAYLOAD_MB,
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri } },
      ContentType: 'application/jsonlines',
      SplitType: 'Line',
    },
    TransformOutput: {
      S3OutputPath: outputPrefix(run, contender, account),
      Accept: 'application/jsonlines',
      AssembleWith: 'Line',
    },
    TransformResources: { InstanceType: instance as 'ml.m5.large', InstanceCount: 1 },
  } satisfies CreateTransformJobRequest;
}

/** Whether the transform job is over. Throws when it ended in any way but Completed. */
async function isComplete({ logs }: AwsClients, job: DescribeTransformJobResponse): Promise<boolean> {
  const name = job.TransformJobName ?? '';
  switch (job.TransformJobStatus) {
    case 'Completed':
      return true;
    case 'InProgress':
    case 'Stopping':
      return false;
    case 'Stopped':
      throw failure('JobStopped', `transform job ${name} was stopped: somebody stopped it`);
    case 'Failed': {
      const log = await jobLogTail(logs, TRANSFORM_LOGS, name);
      throw jobFailure(`transform job ${name}`, job.FailureReason, { log, job: name });
    }
    default:
      throw failure('JobFailed', `transform job ${name} has the unknown status ${job.TransformJobStatus}`);
  }
}

/** Whether the contender's model is gone; what keeps it there is for the run's clean-up to wait for, or to tell. */
async function wasRemoved({ sagemaker }: AwsClients, run: RunRef, contender: Contender): Promise<boolean> {
  try {
    await deleteModel(sagemaker, run, contender);
    return true;
  } catch {
    return false;
  }
}

/**
 * Evaluation by batch transform: the container that will serve is what answers the test split, for each contender the
 * same rows.
 */
export function createEvaluationActivities({ aws }: { aws: AwsProvider }) {
  return {
    /** Creates a model and a transform job for each contender, or attaches to those that are there. */
    async submitEvaluation(input: EvaluationInput): Promise<void> {
      const clients = aws(input.account.region);
      const { sagemaker } = clients;
      const inputs = input.data.testInputs?.uri ?? (await writeInputs(clients, input));
      // One after the other: none may still be on its way when this activity has ended and clean-up begins.
      for (const [key, model] of Object.entries(input.models)) {
        const contender = key as Contender;
        const modelName = await ensureModel(sagemaker, input.run, contender, model, input.account);
        const request = transformRequest(input, contender, modelName, inputs);
        const { TransformJobName } = request;
        const Tags = resourceTags(input.run, 'evaluate', request);
        await createOrAttach(
          sagemaker,
          `transform job ${TransformJobName}`,
          Tags,
          () => sagemaker.send(new CreateTransformJobCommand({ ...request, Tags })),
          async () => (await sagemaker.send(new DescribeTransformJobCommand({ TransformJobName }))).TransformJobArn,
        );
      }
    },

    /**
     * Looks once at the transform jobs; when all are done, scores them, keeps the predictions in S3 and deletes the models
     * of base and champion, which have served their purpose.
     */
    async awaitEvaluation(input: EvaluationInput): Promise<Evaluated> {
      const { run, account, data, models, maxSeconds, schema, saysAnything, tries = {} } = input;
      const labels = saysAnything && data.kind === 'classification' ? data.labels : undefined;
      const clients = aws(account.region);
      const contenders = Object.keys(models) as Contender[];
      for (const contender of contenders) {
        const TransformJobName = transformJobName(run, contender, tries[contender]);
        const job = await look(`describe transform job ${TransformJobName}`, () =>
          clients.sagemaker.send(new DescribeTransformJobCommand({ TransformJobName })),
        );
        if (!(await isComplete(clients, job))) {
          const started = job.TransformStartTime;
          if (started && Date.now() - started.getTime() > maxSeconds * 1000) {
            throw failure(
              'MaxRuntimeExceeded',
              `transform job ${TransformJobName} ran into its limit of ${maxSeconds} s; raise evaluate.maxRuntime`,
            );
          }
          throw stillInProgress({ resource: TransformJobName, status: job.TransformJobStatus ?? '' });
        }
      }
      const evaluations = contenders.map(async (contender) => {
        const prefix = outputPrefix(run, contender, account);
        const evaluation = await scoreAnswers(clients.s3, prefix, {
          kind: data.kind,
          labels,
          schema,
          testUri: `${data.splits.test?.uri}${splitFile('test')}`,
          outputUri: `${prefix}${splitFile('inputs')}.out`,
        });
        return [contender, evaluation] as const;
      });
      const scored = Object.fromEntries(await Promise.all(evaluations));
      const removed: Contender[] = [];
      for (const contender of contenders) {
        if (contender !== 'candidate' && (await wasRemoved(clients, run, contender))) removed.push(contender);
      }
      return { evaluations: scored, removed };
    },

    /**
     * Stops the contender's transform job, waits for its end and deletes its model. Gone already is fine; what has their
     * names and is not the run's stays.
     */
    async removeContender({ run, region, contender, attempt }: ContenderRef): Promise<void> {
      const { sagemaker } = aws(region);
      const TransformJobName = transformJobName(run, contender, attempt);
      const job = await unlessNotFound(`describe transform job ${TransformJobName}`, () =>
        sagemaker.send(new DescribeTransformJobCommand({ TransformJobName })),
      );
      const stop = () => sagemaker.send(new StopTransformJobCommand({ TransformJobName }));
      if (job?.TransformJobArn && (await isOf(sagemaker, run, job.TransformJobArn)))
        await stopJob(TransformJobName, job.TransformJobStatus, stop);
      await removeModel(sagemaker, run, contender);
    },
  };
}
