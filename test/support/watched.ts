/** A model that serves at an endpoint that captures, with what it was trained on: made of objects in S3, without training. */
import { randomUUID } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateEndpointCommand, CreateEndpointConfigCommand, CreateModelCommand } from '@aws-sdk/client-sagemaker';
import { writeCard } from '../../activities/cards.ts';
import { s3Keys } from '../../spec/naming.ts';
import { type DataSet, RUN_VERSION, type RunRecord } from '../../spec/record.ts';
import { type SpecInput, specSchema } from '../../spec/spec.ts';
import type { ModelCard } from '../../spec/version.ts';
import { account, clients } from './activities.ts';

const Bucket = account.bucket;

const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

export async function put(key: string, rows: readonly unknown[] | string): Promise<string> {
  const Body = typeof rows === 'string' ? rows : lines(rows);
  await clients.s3.send(new PutObjectCommand({ Bucket, Key: key, Body }));
  return `s3://${Bucket}/${key}`;
}

export interface WatchedOptions {
  readonly spec?: Partial<SpecInput>;
  readonly trained: readonly object[];
  readonly data?: Partial<DataSet>;
  /** Rows of its evaluation; it was not evaluated where they are not given. */
  readonly predictions?: readonly object[];
  /** Whether its endpoint captures; there is no endpoint where this is not known. */
  readonly captures?: boolean | undefined;
  /** Ten minutes ago where it is not given. */
  readonly handedOverAt?: Date;
}

export interface WatchedModel {
  readonly name: string;
  readonly run: string;
  /** Keeps requests as data capture does. */
  readonly captured: (requests: readonly CapturedRequest[]) => Promise<void>;
}

export interface CapturedRequest {
  readonly asked: unknown;
  readonly answered?: unknown;
  readonly inferenceId?: string;
  /** Now where it is not given. */
  readonly at?: Date;
}

/** Hands a version over, of a name of its own. */
export async function watchedModel(options: WatchedOptions): Promise<WatchedModel> {
  const { trained, predictions } = options;
  const captures = 'captures' in options ? options.captures : true;
  const name = `watched-${randomUUID().slice(0, 8)}`;
  const sha256 = randomUUID();
  const at = `temper/${name}/data/${sha256}/`;
  await put(`${at}train/train.jsonl`, trained);
  const data: DataSet = {
    sha256,
    kind: 'classification',
    splits: {
      train: { uri: `s3://${Bucket}/${at}train/`, rows: trained.length },
      ...(predictions && { test: { uri: `s3://${Bucket}/${at}test/`, rows: predictions.length } }),
    },
    labels: ['bad', 'good'],
    duplicates: 0,
    conflicts: 0,
    ...options.data,
  };
  const kept = predictions && (await put(`temper/${name}/predictions.jsonl`, predictions));
  const spec = specSchema.parse({
    name,
    data: { source: 'data.jsonl' },
    train: { engine: 'sagemaker', script: 'train.py' },
    deploy: { to: 'sagemaker-endpoint' },
    ...options.spec,
  });
  const record: Pick<RunRecord, 'spec' | 'account' | 'data' | 'evaluations'> = {
    spec,
    account,
    data,
    ...(kept && {
      evaluations: { candidate: { scores: { rows: data.splits.test?.rows ?? 0, metrics: {} }, predictions: kept } },
    }),
  };
  const model = {
    engine: 'sagemaker' as const,
    artifact: 's3://bucket/model.tar.gz',
    serving: { image: 'i', environment: {} },
  };
  const run = `temper/${name}/aaaa01`;
  const handedOverAt = (options.handedOverAt ?? new Date(Date.now() - 600_000)).toISOString();
  const key = `${s3Keys.modelCards(name)}${handedOverAt.replaceAll(':', '')}-aaaa01.json`;
  await writeCard<ModelCard>(clients.s3, Bucket, key, {
    version: RUN_VERSION,
    run,
    handedOverAt,
    model: { ...model, run },
    record,
  });
  if (captures !== undefined && spec.deploy.to === 'sagemaker-endpoint') await endpoint(name, captures);
  return { name, run, captured: (requests) => capture(name, requests) };
}

/** One that never comes up, as its model is no archive: it is described all the same. */
async function endpoint(name: string, captures: boolean): Promise<void> {
  const { sagemaker } = clients;
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: account.roleArn,
      PrimaryContainer: {
        Image: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3',
        ModelDataUrl: await put(`${name}/model.tar.gz`, 'no archive'),
      },
    }),
  );
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        { VariantName: 'AllTraffic', ModelName: name, InstanceType: 'ml.t2.medium', InitialInstanceCount: 1 },
      ],
      ...(captures && {
        DataCaptureConfig: {
          EnableCapture: true,
          InitialSamplingPercentage: 100,
          DestinationS3Uri: `s3://${Bucket}/captured`,
          CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
        },
      }),
    }),
  );
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }));
}

async function capture(endpointName: string, requests: readonly CapturedRequest[]): Promise<void> {
  const side = (mode: string, data: unknown) => ({
    observedContentType: 'application/json',
    mode,
    data: JSON.stringify(data),
    encoding: 'JSON',
  });
  const now = new Date();
  const records = requests.map(({ asked, answered, inferenceId, at = now }) => ({
    captureData: {
      endpointInput: side('INPUT', asked),
      ...(answered !== undefined && { endpointOutput: side('OUTPUT', answered) }),
    },
    eventMetadata: { eventId: randomUUID(), ...(inferenceId && { inferenceId }), inferenceTime: at.toISOString() },
    eventVersion: '0',
  }));
  const hour = (requests[0]?.at ?? now).toISOString().slice(0, 13).replaceAll(/[-T]/g, '/');
  await put(`captured/${endpointName}/AllTraffic/${hour}/${randomUUID()}.jsonl`, records);
}
