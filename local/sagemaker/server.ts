/** Amazon SageMaker in the laptop region. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type FaultPlan, Faults } from '../aws/faults.ts';
import { startInHome } from '../aws/home.ts';
import { isObject, type Json } from '../aws/model.ts';
import type { Operations } from '../aws/operations.ts';
import { AwsError, readBody, sendJson } from '../aws/protocol.ts';
import { ObjectStore } from '../aws/s3.ts';
import { cut, isMet, listen } from '../aws/server.ts';
import { validate } from '../aws/validation.ts';
import { exec } from '../exec.ts';
import type { Lock } from '../lock.ts';
import { ProcessRecords } from '../processes.ts';
import { Containers } from './containers.ts';
import type { Context } from './context.ts';
import { EndpointConfigs } from './endpoint-configs.ts';
import { Endpoints } from './endpoints.ts';
import { containerEnvironment } from './environment.ts';
import { Logs } from './logs.ts';
import { type Machines, PROCESSES } from './machines.ts';
import { model } from './model.ts';
import { Models } from './models.ts';
import { invoke, invokedEndpoint } from './runtime.ts';
import { tagOperations } from './tags.ts';
import { TrainingJobs } from './training/jobs.ts';
import { TransformJobs } from './transform/jobs.ts';
import { Venvs } from './venvs.ts';

export interface SageMakerOptions {
  /** State, jobs, endpoints and virtual environments lie in `sagemaker` below; made where missing. One server at a time. */
  readonly home: string;
  readonly region: string;
  readonly account: string;
  readonly s3Endpoint: string;
  readonly logsEndpoint: string;
  /** On 127.0.0.1; 0 for any free one. */
  readonly port: number;
  /** Interpreter that the virtual environments are made of, >= 3.10. */
  readonly python: string;
  /** The uv binary. */
  readonly uv: string;
  readonly faults?: FaultPlan;
  /** What jobs and endpoints run on; processes where not given. */
  readonly machines?: Machines;
  /** Between SIGTERM and SIGKILL for a training job that is stopped; 120 at AWS. */
  readonly stopGraceSeconds?: number;
}

export interface SageMaker {
  /** Address of the control plane and of the runtime. */
  readonly url: string;
  /** Replaces the fault plan; counters start anew. */
  setFaults(plan: FaultPlan): void;
  /** Ends every process it started. Jobs and endpoints go on with the next server of the same home. */
  close(): Promise<void>;
}

const TARGET = /^SageMaker\.(\w+)$/;
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
const DEFAULT_STOP_GRACE_SECONDS = 120;
const CLOSE_GRACE_MS = 2_000;

/** Starts the service. Rejects where another server uses the home, or the port is taken. */
export async function startSageMaker(options: SageMakerOptions): Promise<SageMaker> {
  return startInHome(options.home, 'sagemaker', (home, lock) => serve(options, home, lock));
}

async function serve(options: SageMakerOptions, home: string, lock: Lock): Promise<SageMaker> {
  const records = new ProcessRecords(join(home, 'processes'));
  // Jobs and servers of a predecessor that crashed are started anew.
  await records.endAll(CLOSE_GRACE_MS);
  await Promise.all(
    ['endpoints', 'transform-jobs'].map((name) => rm(join(home, name), { recursive: true, force: true })),
  );
  const pythonVersion = (
    await exec(options.python, ['-c', 'import platform; print(platform.python_version())'])
  ).trim();

  const shutdown = new AbortController();
  const containers = new Containers(records);
  const { region, account, python, uv } = options;
  const context: Context = {
    home,
    region,
    account,
    s3: new ObjectStore({ endpoint: options.s3Endpoint, region }),
    logs: new Logs({ endpoint: options.logsEndpoint, region }),
    machines: options.machines ?? PROCESSES,
    containers,
    venvs: new Venvs({ directory: join(home, 'venvs'), python, pythonVersion, uv }, containers),
    stopGraceMs: (options.stopGraceSeconds ?? DEFAULT_STOP_GRACE_SECONDS) * 1000,
    containerEnv: containerEnvironment(options, process.env),
    shutdown: shutdown.signal,
  };
  const models = new Models(context);
  const configs = new EndpointConfigs(context, models);
  const endpoints = new Endpoints(context, configs);
  const trainingJobs = new TrainingJobs(context);
  const transformJobs = new TransformJobs(context, models);
  const services = [models, configs, endpoints, trainingJobs, transformJobs];
  const operations: Operations = Object.assign(
    tagOperations(services.map(({ tags }) => tags)),
    ...services.map((service) => service.operations),
  );

  let faults = new Faults(options.faults);
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const endpoint = request.method === 'POST' ? invokedEndpoint(request.url ?? '') : undefined;
    if (endpoint !== undefined) {
      const fault = faults.meet('InvokeEndpoint', endpoint);
      if (await isMet(fault, response)) return;
      await invoke(context, endpoints, endpoint, request, response);
      return;
    }
    const operation = TARGET.exec(String(request.headers['x-amz-target']))?.[1] ?? '';
    const handler = operations[operation];
    const input = parse(await readBody(request, MAX_REQUEST_BYTES));
    if (!handler) throw new AwsError('UnknownOperationException', '');
    const fault = faults.meet(operation, resourceName(operation, input));
    if (await isMet(fault, response)) return;
    validate(model, operation, input);
    const output = await handler(input, fault.resource, randomUUID());
    if (fault.reset === 'after-done') cut(response);
    else sendJson(response, 200, output && model.project(model.operations[operation]?.output ?? '', output));
  }

  const server = await listen(options.port, answer);
  for (const service of [endpoints, trainingJobs, transformJobs]) service.resume();

  return {
    url: server.url,
    setFaults(plan) {
      faults = new Faults(plan);
    },
    async close() {
      shutdown.abort();
      const closed = server.close();
      await containers.close(CLOSE_GRACE_MS);
      await Promise.all([trainingJobs, transformJobs, endpoints].map((service) => service.close()));
      await closed;
      context.s3.close();
      context.logs.close();
      lock.release();
    },
  };
}

function parse(body: Buffer): Json {
  try {
    const input: unknown = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
    if (isObject(input)) return input;
  } catch {
    // Told below.
  }
  throw new AwsError('SerializationException', 'the request body is not a JSON object');
}

/** The resource that a call is about, for faults to match. */
function resourceName(operation: string, input: Json): string {
  const kind = operation.replace(/^(Create|Update|Describe|List|Stop|Delete)/, '');
  return String(input[`${kind}Name`] ?? input.ResourceArn ?? '');
}
