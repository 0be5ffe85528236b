/** Amazon Bedrock in the laptop region. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FaultPlan, Faults } from '../aws/faults.ts';
import { startInHome } from '../aws/home.ts';
import type { Json } from '../aws/model.ts';
import type { Operations } from '../aws/operations.ts';
import { AwsError, readBody } from '../aws/protocol.ts';
import { readRequest, route, sendAnswer } from '../aws/rest.ts';
import { ObjectStore } from '../aws/s3.ts';
import { cut, isMet, listen } from '../aws/server.ts';
import { validate } from '../aws/validation.ts';
import type { Lock } from '../lock.ts';
import type { Context, Service } from './context.ts';
import { CustomModels } from './custom-models.ts';
import { CustomizationJobs } from './customization/jobs.ts';
import { Deployments } from './deployments.ts';
import { EvaluationJobs } from './evaluation/jobs.ts';
import { FoundationModels } from './foundation-models.ts';
import { ImportJobs } from './imports/jobs.ts';
import { ImportedModels } from './imports/models.ts';
import { InvocationJobs } from './invocation/jobs.ts';
import { MODELS } from './models.ts';
import { ProvisionedThroughputs } from './provisioned.ts';
import { DEFAULT_QUOTAS, type Quotas } from './quotas.ts';
import { namesIn } from './requests.ts';
import { Answering } from './runtime/answering.ts';
import { InvocationLogging } from './runtime/invocation-logging.ts';
import { Runtime } from './runtime/runtime.ts';
import { tagOperations } from './tags.ts';

export interface BedrockOptions {
  /** State lies in `bedrock` below; made where missing. One server at a time. */
  readonly home: string;
  readonly region: string;
  readonly account: string;
  readonly s3Endpoint: string;
  /** Of the functions that grade answers in reinforcement fine-tuning. */
  readonly lambdaEndpoint: string;
  /** On 127.0.0.1; 0 for any free one. */
  readonly port: number;
  readonly faults?: FaultPlan;
  /** Where they differ from {@link DEFAULT_QUOTAS}. */
  readonly quotas?: Partial<Quotas>;
  /** How long a status lasts at least; 200 where not given. */
  readonly paceMs?: number;
}

export interface Bedrock {
  /** Address of the control plane and of the runtime. */
  readonly url: string;
  /** Replaces the fault plan; counters start anew. */
  setFaults(plan: FaultPlan): void;
  /** Jobs, models and deployments go on with the next server of the same home. */
  close(): Promise<void>;
}

/** Of a Converse request with images; what else is sent is smaller. */
const MAX_REQUEST_BYTES = 25_000_000;
const DEFAULT_PACE_MS = 200;

/** Starts the service. Rejects where another server uses the home, or the port is taken. */
export async function startBedrock(options: BedrockOptions): Promise<Bedrock> {
  return startInHome(options.home, 'bedrock', (home, lock) => serve(options, home, lock));
}

async function serve(options: BedrockOptions, home: string, lock: Lock): Promise<Bedrock> {
  const { region, account, s3Endpoint } = options;
  const shutdown = new AbortController();
  let planned = new AbortController();
  // What a former process held goes on: the faults of this one are others.
  planned.abort();
  const context: Context = {
    home,
    region,
    account,
    s3: new ObjectStore({ endpoint: s3Endpoint, region }),
    lambdaEndpoint: options.lambdaEndpoint,
    quotas: { ...DEFAULT_QUOTAS, ...options.quotas },
    paceMs: options.paceMs ?? DEFAULT_PACE_MS,
    planned: () => planned.signal,
    shutdown: shutdown.signal,
  };
  const services = servicesOf(context);
  const operations: Operations = Object.assign(
    tagOperations(services),
    ...services.map((service) => service.operations),
  );
  let faults = new Faults(options.faults);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const found = route(MODELS, request);
    const handler = operations[found?.operation ?? ''];
    if (!found || !handler) throw new AwsError('UnknownOperationException', '', 404);
    const { model, operation } = found;
    const input = readRequest(found, request, await readBody(request, MAX_REQUEST_BYTES));
    const fault = faults.meet(operation, resourceName(services, input));
    if (await isMet(fault, response)) return;
    validate(model, operation, input);
    const requestId = randomUUID();
    const output = await handler(input, fault.resource, requestId);
    if (fault.reset === 'after-done') cut(response);
    else await sendAnswer(response, found, output ?? {}, requestId);
  }

  const server = await listen(options.port, answer, Object.assign({}, ...MODELS.map(({ errors }) => errors)));
  for (const service of services) service.resume?.();
  planned = new AbortController();

  return {
    url: server.url,
    setFaults(plan) {
      faults = new Faults(plan);
      planned.abort();
      planned = new AbortController();
    },
    async close() {
      shutdown.abort();
      await server.close();
      await Promise.all(services.map((service) => service.close?.()));
      context.s3.close();
      lock.release();
    },
  };
}

function servicesOf(context: Context): Service[] {
  const customModels = new CustomModels(context);
  const importedModels = new ImportedModels(context);
  const serving = [
    new Deployments(context, customModels),
    new ProvisionedThroughputs(context, customModels),
    importedModels,
  ];
  const logging = new InvocationLogging(context);
  const runtime = new Runtime(new Answering(serving), logging);
  // Batch inference asks custom models by their own ARN, which nothing needs to serve.
  const unserved: Pick<Service, 'served'> = {
    served: (modelId) => (customModels.resources.byArn(modelId) ? customModels.served(modelId) : undefined),
  };
  return [
    new FoundationModels(context),
    customModels,
    ...serving,
    new CustomizationJobs(context, customModels),
    new ImportJobs(context, importedModels),
    logging,
    runtime,
    new InvocationJobs(context, new Runtime(new Answering([unserved, ...serving]), logging)),
    new EvaluationJobs(context, runtime),
  ];
}

/** The resource that a call is about, for faults to match: its name, and its ARN where the call has that. */
function resourceName(services: readonly Service[], input: Json): string {
  const given = namesIn(input);
  const names = given.flatMap((arn) => services.flatMap(({ resources }) => resources?.nameOf(arn) ?? []));
  return [...given, ...names].join(' ');
}
