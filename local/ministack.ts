/** S3, IAM, CloudWatch Logs and more, by MiniStack: its ASGI app under a server that listens on 127.0.0.1 only. */
import { childEnv } from './child-env.ts';
import { expectOk } from './http.ts';
import { Service, type ServiceOptions } from './service.ts';
import { topicRequests } from './topic.ts';

export interface Provisions {
  readonly region: string;
  readonly bucket: string;
  /** Name of the role that SageMaker assumes. */
  readonly role: string;
}

/** Starts MiniStack with what a fresh AWS account lacks: a bucket, a role for SageMaker, and a topic to tell people. */
export async function startMiniStack(
  options: Pick<ServiceOptions, 'logFile' | 'records' | 'onEvent'> & {
    /** An interpreter that has MiniStack and hypercorn. */
    readonly python: string;
    readonly port: number;
    readonly objects: string;
    readonly state: string;
    readonly account: string;
    readonly provisions: Provisions;
  },
): Promise<Service> {
  const { python, port, objects, state, account, provisions, ...service } = options;
  const url = `http://127.0.0.1:${port}`;
  return Service.start({
    ...service,
    name: 'MiniStack',
    command: python,
    // No worker processes: one pid to stop. Clients keep connections open, so stopping does not wait for them long.
    args: [
      ...['-m', 'hypercorn', 'ministack.app:app', '--bind', `127.0.0.1:${port}`],
      ...['--workers', '0', '--graceful-timeout', '1', '--log-level', 'warning'],
    ],
    env: childEnv({
      GATEWAY_PORT: String(port),
      MINISTACK_HOST: '127.0.0.1',
      MINISTACK_REGION: provisions.region,
      MINISTACK_ACCOUNT_ID: account,
      S3_PERSIST: '1',
      S3_DATA_DIR: objects,
      PERSIST_STATE: '1',
      STATE_DIR: state,
      LOG_LEVEL: 'WARNING',
      SERVICES: '',
      AUTH: 'false',
      // It would clear up containers and open more ports on its own.
      DOCKER_HOST: 'unix:///dev/null/no-docker',
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
    }),
    ready: async () => {
      await miniStackVersion(url);
      await provision(url, account, provisions);
    },
  });
}

/** Rejects where MiniStack does not answer. */
export async function miniStackVersion(url: string): Promise<string> {
  return JSON.parse(await expectOk(`${url}/_ministack/health`)).version;
}

const ASSUMERS = ['sagemaker.amazonaws.com', 'bedrock.amazonaws.com'];
const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: ASSUMERS }, Action: 'sts:AssumeRole' }],
};

async function provision(url: string, account: string, { region, bucket, role }: Provisions): Promise<void> {
  await create(`${url}/${bucket}`, { method: 'PUT' }, 'BucketAlreadyOwnedByYou');
  const query = (service: string, parameters: Record<string, string>): RequestInit => ({
    method: 'POST',
    // MiniStack reads region and service from the scope, and does not check the signature.
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: new URLSearchParams(parameters),
  });
  const trust = { RoleName: role, AssumeRolePolicyDocument: JSON.stringify(TRUST) };
  const newRole = query('iam', { Action: 'CreateRole', Version: '2010-05-08', ...trust });
  await create(url, newRole, 'EntityAlreadyExists');
  for (const { service, ...parameters } of topicRequests(region, account))
    await create(url, query(service, parameters));
}

/** Sends a create request. An error with this code means that the thing is there, and is fine. */
async function create(url: string, init: RequestInit, alreadyThere?: string): Promise<void> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(2_000) });
  const body = await response.text();
  if (!response.ok && !(alreadyThere !== undefined && body.includes(alreadyThere))) {
    throw new Error(`${init.method} ${url} answered ${response.status}: ${body.slice(0, 200)}`);
  }
}
