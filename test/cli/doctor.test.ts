import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseS3Uri } from '../../activities/s3-uri.ts';
import type { Check } from '../../cli/doctor/check.ts';
import type { Diagnosis } from '../../cli/doctor/doctor.ts';
import { trusts } from '../../cli/doctor/role.ts';
import { account, clients, pipeline, settled } from '../support/activities.ts';
import { handedDown } from '../support/hand-over.ts';
import { queue } from '../support/queue.ts';
import { sharedRegion, temporaryDirectory } from '../support/region.ts';
import { uniqueName } from '../support/unique-name.ts';
import { type CliOptions, type CliResult, cli } from './support/cli.ts';
import { newNamespace, ownNamespace, project, SPEC, startPipeline } from './support/pipeline.ts';

const { env } = sharedRegion();
Object.assign(process.env, env);
const region = env.AWS_REGION;
const iam = new IAMClient({ region });

async function doctor(
  settings: NodeJS.ProcessEnv,
  argv: readonly string[] = [],
  options: CliOptions = {},
): Promise<CliResult & { of: (check: string) => Omit<Check, 'check'> }> {
  const result = await cli(['doctor', '--json', ...argv], {
    cwd: await temporaryDirectory(),
    env: settings,
    ...options,
  });
  const { checks } = JSON.parse(result.stdout) as Diagnosis;
  const of = (name: string): Omit<Check, 'check'> => {
    const found = checks.find(({ check }) => check === name);
    if (!found) throw new Error(`no check ${name} in ${result.stdout}`);
    return found;
  };
  return { ...result, of };
}

async function newRole(name: string, service: string): Promise<string> {
  const statement = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
  return Role?.Arn ?? '';
}

/** Settings of somebody whom no policy allows anything. */
async function newUser(UserName: string): Promise<NodeJS.ProcessEnv> {
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { ...env, AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId, AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey };
}

/** An AWS service that gives one answer. */
async function answering(status: number, body: string): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(body));
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('where everything is as it should be', () => {
  it('every check passes, and nothing is left in the bucket', async () => {
    const place = await ownNamespace();
    await startPipeline(place);
    const { exitCode, stdout } = await cli(['doctor', 'temper.yaml'], { env: place, cwd: await project(SPEC) });
    const shown = stdout
      .split('\n')
      .flatMap((line) => /^ {2}(\S) (\w+(?: \w+)?)\s{2,}/.exec(line)?.slice(1).join(' ') ?? []);
    expect(shown).toEqual([
      ...['✔ spec', '✔ node', '✔ python', '- laptop', '✔ temporal', '✔ search attributes', '✔ worker', '✔ versions'],
      ...['✔ aws region', '✔ credentials', '✔ bucket', '✔ role', '✔ pass role', '- quotas'],
    ]);
    expect(stdout).toContain('ready to run');
    expect(exitCode).toBe(0);
    const s3 = new S3Client({ region });
    const bucket = { Bucket: env.TEMPER_BUCKET };
    expect((await s3.send(new ListMultipartUploadsCommand(bucket))).Uploads ?? []).toEqual([]);
    expect((await s3.send(new ListObjectsV2Command({ ...bucket, Prefix: 'temper/doctor' }))).KeyCount).toBe(0);
  });
});

describe('what is missing is told with its fix, and ends with 1', () => {
  it('no worker and no search attributes in a new namespace', async () => {
    const { exitCode, of } = await doctor(await newNamespace());
    expect(exitCode).toBe(1);
    expect(of('temporal').status).toBe('passed');
    for (const check of ['search attributes', 'worker']) {
      expect(of(check)).toMatchObject({ status: 'failed', fix: expect.stringContaining('temper worker') });
    }
  });

  it('no Temporal: the rest is looked at all the same', async () => {
    const { exitCode, of } = await doctor({ ...env, TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(exitCode).toBe(1);
    expect(of('temporal')).toMatchObject({ status: 'failed', fix: expect.stringContaining('temper dev up') });
    expect(of('worker').status).toBe('skipped');
    expect(of('bucket').status).toBe('passed');
  });

  it('no such namespace', async () => {
    const { of } = await doctor({ ...env, TEMPORAL_NAMESPACE: 'nowhere' });
    expect(of('temporal')).toMatchObject({ status: 'failed', fix: expect.stringContaining('TEMPORAL_NAMESPACE') });
  });

  it('no such bucket, or one of another region', async () => {
    const missing = (await doctor({ ...env, TEMPER_BUCKET: 'doctor-no-bucket' })).of('bucket');
    expect(missing).toMatchObject({
      status: 'failed',
      fix: 'create it: aws s3 mb s3://doctor-no-bucket --region us-east-1',
    });
    const far = new S3Client({ region: 'eu-west-1' });
    const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' } as const;
    await far.send(new CreateBucketCommand({ Bucket: 'doctor-far-away', CreateBucketConfiguration }));
    const { message } = (await doctor({ ...env, TEMPER_BUCKET: 'doctor-far-away' })).of('bucket');
    expect(message).toBe('doctor-far-away is in eu-west-1, and the run is in us-east-1');
  });

  it('no such role, one of another account, or one that SageMaker may not assume', async () => {
    const roleOf = async (arn: string) => (await doctor({ ...env, TEMPER_ROLE_ARN: arn })).of('role');
    expect((await roleOf('arn:aws:iam::000000000000:role/nobody')).message).toContain('there is no role');
    expect((await roleOf('arn:aws:iam::111122223333:role/theirs')).message).toContain('is of account 111122223333');
    expect(await roleOf(await newRole('doctor-lambda', 'lambda.amazonaws.com'))).toMatchObject({
      status: 'failed',
      fix: 'let its trust policy allow sagemaker.amazonaws.com the action sts:AssumeRole',
    });
  });

  it('credentials that may not pass the role on, until they may', async () => {
    const ana = await newUser('doctor-ana');
    const before = await doctor(ana);
    expect(before.of('credentials').message).toBe('arn:aws:iam::000000000000:user/doctor-ana');
    expect(before.of('pass role')).toMatchObject({ status: 'failed', fix: expect.stringContaining('iam:PassRole') });
    const statement = { Effect: 'Allow', Action: 'iam:PassRole', Resource: env.TEMPER_ROLE_ARN };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await iam.send(new PutUserPolicyCommand({ UserName: 'doctor-ana', PolicyName: 'pass', PolicyDocument }));
    expect((await doctor(ana)).of('pass role').status).toBe('passed');
  });

  it('nothing given at all', async () => {
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) vi.stubEnv(name, undefined);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { exitCode, of } = await doctor({ TEMPORAL_ADDRESS: '127.0.0.1:1', AWS_CONFIG_FILE: '/dev/null' });
    expect(exitCode).toBe(1);
    expect(of('aws region')).toMatchObject({ status: 'failed', fix: expect.stringContaining('AWS_REGION') });
    expect(of('credentials').status).toBe('skipped');
  });

  it('a spec that cannot be run: the rest is looked at all the same', async () => {
    const cwd = await project(SPEC.replace('engine: sagemaker', 'engine: sagmaker'));
    const { exitCode, of } = await doctor(env, ['temper.yaml'], { cwd });
    expect(exitCode).toBe(1);
    expect(of('spec')).toMatchObject({ status: 'failed', message: expect.stringContaining('temper.yaml:4') });
    expect(of('bucket').status).toBe('passed');
  });
});

describe('a run on Bedrock', () => {
  const specOf = (train: string) => `
name: reviews
data: { source: data }
train: { engine: bedrock, ${train} }
`;
  const examine = async (train: string, settings: NodeJS.ProcessEnv = env) =>
    doctor(settings, ['temper.yaml'], { cwd: await project(specOf(train)) });

  it('needs a role that Bedrock may assume, and a base model that can be customized so', async () => {
    const { of } = await examine('base: amazon.nova-lite-v1:0');
    expect(of('role')).toMatchObject({
      status: 'passed',
      message: `${env.TEMPER_ROLE_ARN} trusts bedrock.amazonaws.com`,
    });
    expect(of('pass role').status).toBe('passed');
    expect(of('base model')).toMatchObject({
      status: 'passed',
      message: 'amazon.nova-lite-v1:0 can be customized, and this account has access to it',
    });
    const role = await newRole('doctor-sagemaker-only', 'sagemaker.amazonaws.com');
    expect((await examine('base: amazon.nova-lite-v1:0', { ...env, TEMPER_ROLE_ARN: role })).of('role')).toMatchObject({
      status: 'failed',
      fix: 'let its trust policy allow bedrock.amazonaws.com the action sts:AssumeRole',
    });
  });

  it('needs a role that SageMaker may assume too where its rules meet a champion of SageMaker', async () => {
    const name = `model-${randomUUID().slice(0, 8)}`;
    const serving = { image: 'image', environment: {} };
    const artifact = `s3://${account.bucket}/temper/${name}/model.tar.gz`;
    const { bucket: Bucket, key: Key } = parseS3Uri(artifact);
    await clients.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'weights' }));
    const model = { engine: 'sagemaker', artifact, serving } as const;
    await settled(pipeline.publishModel, { run: { name, id: 'aaaa' }, account, model, record: handedDown });
    const spec = specOf('base: amazon.nova-lite-v1:0').replace('reviews', name);
    const met = `${spec}evaluate: {}\ngate: [accuracy >= champion]\ndeploy: { to: bedrock-on-demand }\n`;
    const { of } = await doctor(env, ['temper.yaml'], { cwd: await project(met) });
    expect(of('role').message).toContain('trusts sagemaker.amazonaws.com and bedrock.amazonaws.com');
  });

  it('is told where the account has no access to the model, or the region no such model', async () => {
    const none = {
      modelId: 'amazon.nova-lite-v1:0',
      modelDetails: { customizationsSupported: ['FINE_TUNING'] },
      agreementAvailability: { status: 'NOT_AVAILABLE' },
      authorizationStatus: 'AUTHORIZED',
      entitlementAvailability: 'NOT_AVAILABLE',
      regionAvailability: 'AVAILABLE',
    };
    const AWS_ENDPOINT_URL_BEDROCK = await answering(200, JSON.stringify(none));
    vi.stubEnv('AWS_ENDPOINT_URL_BEDROCK', AWS_ENDPOINT_URL_BEDROCK);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { of } = await examine('base: amazon.nova-lite-v1:0', { ...env, AWS_ENDPOINT_URL_BEDROCK });
    expect(of('base model')).toMatchObject({ status: 'failed', fix: expect.stringContaining('model access') });
    const distilled = await examine(
      'base: amazon.nova-lite-v1:0, customization: distillation, distillation: { teacher: amazon.nova-pro-v1:0 }',
      { ...env, AWS_ENDPOINT_URL_BEDROCK },
    );
    expect(distilled.of('base model').message).toBe(
      'amazon.nova-lite-v1:0 does not take DISTILLATION in us-east-1: it takes FINE_TUNING',
    );
  });
});

describe('where the traffic of the model is to be kept', () => {
  it('an endpoint of SageMaker needs a bucket that is there', async () => {
    const capturing = async (capture: string) => {
      const cwd = await project(SPEC.replace('sagemaker-endpoint', `sagemaker-endpoint, capture: ${capture}`));
      return (await doctor(env, ['temper.yaml'], { cwd })).of('traffic');
    };
    expect(await capturing('{ share: 0.2 }')).toMatchObject({
      status: 'passed',
      message: `20 % of it will be kept in s3://${env.TEMPER_BUCKET}/temper/reviews/capture/`,
    });
    expect(await capturing('{ share: 0.2, to: s3://doctor-no-traffic/reviews/ }')).toMatchObject({
      status: 'failed',
      message: 'there is no bucket doctor-no-traffic',
    });
  });

  it('Bedrock needs a setting of the account, which is told and not changed', async () => {
    const watching = async (answer: object) => {
      const AWS_ENDPOINT_URL_BEDROCK = await answering(200, JSON.stringify(answer));
      vi.stubEnv('AWS_ENDPOINT_URL_BEDROCK', AWS_ENDPOINT_URL_BEDROCK);
      onTestFinished(() => void vi.unstubAllEnvs());
      const cwd = await project(`
name: reviews
data: { source: s3://data/reviews/, split: { test: 0.2 } }
train: { engine: bedrock, base: amazon.nova-lite-v1:0 }
deploy: { to: bedrock-on-demand }
retrain: { when: { drift: { of: [text] } } }
`);
      return (await doctor({ ...env, AWS_ENDPOINT_URL_BEDROCK }, ['temper.yaml'], { cwd })).of('traffic');
    };
    expect(await watching({})).toMatchObject({
      status: 'failed',
      message: 'model invocation logging of the account keeps nothing in S3',
      fix: `aws bedrock put-model-invocation-logging-configuration --logging-config '{"s3Config":{"bucketName":"${env.TEMPER_BUCKET}"},"textDataDeliveryEnabled":true}'`,
    });
    const s3Config = { bucketName: 'logs', keyPrefix: 'bedrock' };
    expect(await watching({ loggingConfig: { s3Config, textDataDeliveryEnabled: false } })).toMatchObject({
      message: 'model invocation logging keeps no text in logs',
      fix: expect.stringContaining('"keyPrefix":"bedrock"'),
    });
    expect(await watching({ loggingConfig: { s3Config, textDataDeliveryEnabled: true } })).toMatchObject({
      status: 'passed',
      message: 'model invocation logging keeps it in s3://logs/bedrock',
    });
  });
});

describe('whether people can be told', () => {
  const telling = async (topic: string, settings: NodeJS.ProcessEnv = env) => {
    const cwd = await project(`${SPEC}notify: { topic: "${topic}" }\n`);
    return (await doctor(settings, ['temper.yaml'], { cwd })).of('topic');
  };
  const newTopic = async (): Promise<string> => {
    const { TopicArn = '' } = await new SNSClient({ region }).send(
      new CreateTopicCommand({ Name: uniqueName('told') }),
    );
    return TopicArn;
  };

  it('a topic has to be there, and somebody to have subscribed to it', async () => {
    expect(await telling('arn:aws:sns:us-east-1:000000000000:nowhere')).toMatchObject({
      status: 'failed',
      message: 'there is no topic arn:aws:sns:us-east-1:000000000000:nowhere',
    });
    const topic = await newTopic();
    expect(await telling(topic)).toMatchObject({
      status: 'failed',
      message: `nobody has subscribed to ${topic}`,
      fix: expect.stringContaining(`aws sns subscribe --topic-arn ${topic} --protocol email`),
    });
    const { received } = await queue(topic);
    expect(await telling(topic)).toMatchObject({
      status: 'passed',
      message: `${topic} has 1 subscription, and may be published to`,
    });
    expect(await received()).toEqual([]);
    expect(await telling(topic, await newUser('doctor-ben'))).toMatchObject({
      status: 'failed',
      message: `the policies of these credentials do not let them publish to ${topic}`,
      fix: expect.stringContaining('allow arn:aws:iam::000000000000:user/doctor-ben the action sns:Publish on it'),
    });
  });
});

describe('what the credentials may not ask is skipped, and says so', () => {
  it('IAM', async () => {
    const denied = '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>';
    const { of } = await doctor({ ...env, AWS_ENDPOINT_URL_IAM: await answering(403, denied) });
    expect(of('role')).toEqual(
      expect.objectContaining({ status: 'skipped', message: expect.stringContaining('iam:GetRole') }),
    );
  });

  it('Service Quotas', async () => {
    const denied = await answering(400, JSON.stringify({ __type: 'AccessDeniedException', message: 'no' }));
    const settings = { ...env, AWS_ENDPOINT_URL_SERVICE_QUOTAS: denied };
    const { of } = await doctor(settings, ['--instance', 'ml.g5.xlarge']);
    expect(of('quotas')).toMatchObject({ status: 'skipped', message: expect.stringContaining('ListServiceQuotas') });
  });
});

describe('quotas', () => {
  const quota = (QuotaName: string, Value: number) => ({ QuotaName, QuotaCode: 'L-1234ABCD', Value });
  const quotas = JSON.stringify({
    Quotas: [quota('ml.g5.xlarge for training job usage', 0), quota('ml.m5.large for training job usage', 4)],
  });

  it('are enough', async () => {
    const settings = { ...env, AWS_ENDPOINT_URL_SERVICE_QUOTAS: await answering(200, quotas) };
    const { of } = await doctor(settings, ['--instance', 'ml.m5.large']);
    expect(of('quotas')).toMatchObject({ status: 'passed', message: '4 ml.m5.large for training job usage' });
  });

  it('are not, and say where to ask for more', async () => {
    const settings = { ...env, AWS_ENDPOINT_URL_SERVICE_QUOTAS: await answering(200, quotas) };
    const { exitCode, of } = await doctor(settings, ['--instance', 'ml.g5.xlarge']);
    expect(exitCode).toBe(1);
    expect(of('quotas')).toMatchObject({
      status: 'failed',
      message: '0 ml.g5.xlarge for training job usage, and the run needs 1',
      fix: expect.stringContaining('servicequotas/home/services/sagemaker/quotas/L-1234ABCD'),
    });
  });
});

it('knows the ways in which a trust policy can be written', () => {
  const trust = (statement: object): boolean =>
    trusts(JSON.stringify({ Statement: statement }), 'sagemaker.amazonaws.com');
  const allow = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'sagemaker.amazonaws.com' } };
  expect(trust(allow)).toBe(true);
  expect(trust([{ ...allow, Principal: { AWS: '*' } }, allow])).toBe(true);
  expect(trust([{ ...allow, Action: ['sts:TagSession', 'sts:AssumeRole'] }])).toBe(true);
  expect(trust([{ ...allow, Principal: { Service: ['lambda.amazonaws.com', 'sagemaker.amazonaws.com'] } }])).toBe(true);
  expect(trust({ ...allow, Effect: 'Deny' })).toBe(false);
  expect(trust({ ...allow, Action: 'sts:TagSession' })).toBe(false);
  expect(trust({ ...allow, Principal: { AWS: 'arn:aws:iam::111122223333:root' } })).toBe(false);
});

it('a Python that is too old or missing is told, where the laptop region would need it', async () => {
  const cwd = await temporaryDirectory();
  const nothing = { TEMPER_PYTHON: join(cwd, 'no-python'), TEMPER_HOME: join(cwd, 'home') };
  expect((await doctor({ ...nothing, AWS_REGION: region })).of('python')).toMatchObject({
    status: 'failed',
    fix: expect.stringContaining('install one'),
  });
  expect((await doctor({ ...env, ...nothing })).of('python').status).toBe('skipped');
});
