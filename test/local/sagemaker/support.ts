/** SageMaker servers of a test's own, on the S3 and the logs of the region that tests share. */
import { type ChildProcess, fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createGunzip, gzipSync } from 'node:zlib';
import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
  type GetLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateEndpointConfigCommand,
  CreateModelCommand,
  type CreateTrainingJobCommandInput,
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { extract, pack } from 'tar-stream';
import { onTestFinished } from 'vitest';
import { type SageMaker, type SageMakerOptions, startSageMaker } from '../../../local/sagemaker/server.ts';
import { installTools } from '../../../local/tools.ts';
import { eventually } from '../../support/eventually.ts';
import { SHARED_TOOLS, sharedRegion, temporaryDirectory } from '../../support/region.ts';
import { uniqueName } from '../../support/unique-name.ts';

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/test`;
export const IMAGE = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3';
const CLIENT = { region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

export async function serverOptions(options: Partial<SageMakerOptions> = {}): Promise<SageMakerOptions> {
  const tools = await installTools({ directory: SHARED_TOOLS, env: process.env });
  const { awsUrl } = sharedRegion();
  return {
    home: await temporaryDirectory(),
    region: REGION,
    account: ACCOUNT,
    s3Endpoint: awsUrl,
    logsEndpoint: awsUrl,
    port: 0,
    python: tools.basePython,
    uv: tools.uv,
    ...options,
  };
}

const SERVER = fileURLToPath(new URL('server-process.mjs', import.meta.url));

/** A server in a process of its own, which ends with the test. */
export async function sageMakerProcess(options: SageMakerOptions): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(SERVER, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message: { url: string }) => resolve(message.url));
    child.once('exit', (code) => reject(new Error(`the server exited with ${code}`)));
  });
  return { child, url };
}

/** A server and clients for it, gone when the test is. */
export async function ownSageMaker(options: Partial<SageMakerOptions> = {}): Promise<World> {
  const server = await startSageMaker(await serverOptions(options));
  const world = new World(server.url, server);
  onTestFinished(async () => {
    await server.close();
    world.close();
  });
  return world;
}

/** What a test does with a SageMaker and the S3 beside it. */
export class World {
  readonly url: string;
  readonly server: SageMaker | undefined;
  readonly bucket = uniqueName('bucket');
  readonly sagemaker: SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
  readonly s3: S3Client;
  readonly logs: CloudWatchLogsClient;
  #bucketMade = false;

  constructor(url: string, server?: SageMaker) {
    this.url = url;
    this.server = server;
    const aws = { ...CLIENT, endpoint: sharedRegion().awsUrl };
    this.sagemaker = new SageMakerClient({ ...CLIENT, endpoint: url, maxAttempts: 1 });
    this.runtime = new SageMakerRuntimeClient({ ...CLIENT, endpoint: url, maxAttempts: 1 });
    this.s3 = new S3Client({ ...aws, forcePathStyle: true });
    this.logs = new CloudWatchLogsClient(aws);
  }

  close(): void {
    for (const client of [this.sagemaker, this.runtime, this.s3, this.logs]) client.destroy();
  }

  /** Puts an object; returns its URI. */
  async put(key: string, body: string | Buffer): Promise<string> {
    if (!this.#bucketMade) await this.s3.send(new CreateBucketCommand({ Bucket: this.bucket }));
    this.#bucketMade = true;
    await this.s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body }));
    return `s3://${this.bucket}/${key}`;
  }

  async get(uri: string): Promise<Buffer> {
    const [, , Bucket = '', ...key] = uri.split('/');
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket, Key: key.join('/') }));
    return buffer(Body as Readable);
  }

  /** The files of a .tar.gz, by name. */
  async files(uri: string): Promise<Record<string, string>> {
    const files: Record<string, string> = {};
    const { Readable } = await import('node:stream');
    for await (const entry of Readable.from([await this.get(uri)])
      .pipe(createGunzip())
      .pipe(extract())) {
      const content = await buffer(entry);
      if (entry.header.type === 'file') files[entry.header.name] = content.toString();
    }
    return files;
  }

  /** Packs files and puts the archive; returns its URI. */
  async putArchive(key: string, files: Record<string, string>): Promise<string> {
    const tar = pack();
    for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
    tar.finalize();
    return this.put(key, gzipSync(await buffer(tar)));
  }

  /** The request for a job that runs `script`; members of `more` replace it. */
  async trainingRequest(
    script: string,
    more: Partial<CreateTrainingJobCommandInput> = {},
  ): Promise<CreateTrainingJobCommandInput> {
    const name = uniqueName('job');
    const source = await this.putArchive(`${name}/source.tar.gz`, { 'train.py': script });
    return {
      TrainingJobName: name,
      RoleArn: ROLE,
      AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File' },
      OutputDataConfig: { S3OutputPath: `s3://${this.bucket}/out` },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 5 },
      StoppingCondition: { MaxRuntimeInSeconds: 600 },
      ...more,
      HyperParameters: { sagemaker_program: 'train.py', sagemaker_submit_directory: source, ...more.HyperParameters },
    };
  }

  describe(TrainingJobName: string | undefined): Promise<DescribeTrainingJobCommandOutput> {
    return this.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
  }

  /** The job once it is over. */
  over(name: string | undefined): Promise<DescribeTrainingJobCommandOutput> {
    return eventually(`${name} is over`, async () => {
      const job = await this.describe(name);
      return ['Completed', 'Failed', 'Stopped'].includes(String(job.TrainingJobStatus)) ? job : undefined;
    });
  }

  /** Waits until the log of a job has the text; returns all of it. */
  logged(job: string | undefined, text: string, logGroupName = '/aws/sagemaker/TrainingJobs'): Promise<string> {
    return eventually(`the log of ${job} says ${text}`, async () => {
      const log = await this.log(job, logGroupName);
      return log.includes(text) ? log : undefined;
    });
  }

  /** Everything that the streams of a job hold. */
  async log(job: string | undefined, logGroupName = '/aws/sagemaker/TrainingJobs'): Promise<string> {
    const lines: string[] = [];
    const streams = new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: `${job}/` });
    const { logStreams = [] } = await this.logs.send(streams).catch(() => ({ logStreams: [] }));
    for (const { logStreamName } of logStreams) {
      let nextToken: string | undefined;
      for (;;) {
        const page: GetLogEventsCommandOutput = await this.logs.send(
          new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true, nextToken }),
        );
        lines.push(...(page.events ?? []).map(({ message }) => message ?? ''));
        if (page.nextForwardToken === nextToken || !page.events?.length) break;
        nextToken = page.nextForwardToken;
      }
    }
    return lines.join('\n');
  }

  /** A model and a configuration of the same name whose script is `script`. */
  async model(script: string, files: Record<string, string> = {}): Promise<string> {
    const name = uniqueName('model');
    const ModelDataUrl = await this.putArchive(`${name}/model.tar.gz`, { 'code/inference.py': script, ...files });
    await this.sagemaker.send(
      new CreateModelCommand({
        ModelName: name,
        ExecutionRoleArn: ROLE,
        PrimaryContainer: { Image: IMAGE, ModelDataUrl },
      }),
    );
    await this.sagemaker.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: name,
        ProductionVariants: [
          { VariantName: 'AllTraffic', ModelName: name, InstanceType: 'ml.t2.medium', InitialInstanceCount: 1 },
        ],
      }),
    );
    return name;
  }

  /** The endpoint once nothing is under way. */
  settled(EndpointName: string): Promise<DescribeEndpointCommandOutput> {
    return eventually(`${EndpointName} is settled`, async () => {
      const endpoint = await this.sagemaker.send(new DescribeEndpointCommand({ EndpointName }));
      return ['InService', 'Failed'].includes(String(endpoint.EndpointStatus)) ? endpoint : undefined;
    });
  }
}
