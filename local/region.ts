/** The laptop region, in the process that calls it: Temporal, MiniStack, and our SageMaker and Bedrock; and how to reach them. */
import { mkdirSync } from 'node:fs';
import type { FaultPlan } from './aws/faults.ts';
import type { BedrockOptions } from './bedrock/server.ts';
import { childEnv } from './child-env.ts';
import { homePaths } from './home.ts';
import { Lock } from './lock.ts';
import { startMiniStack } from './ministack.ts';
import { holdPorts } from './ports.ts';
import { ProcessRecords } from './processes.ts';
import type { Machines } from './sagemaker/machines.ts';
import { startTemporal, temporalUi } from './temporal.ts';
import { installTools, type OnProgress, type Tools } from './tools.ts';

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const BUCKET = `temper-${ACCOUNT}-${REGION}`;
const ROLE = 'temper-execution';

export interface Ports {
  readonly temporal: number;
  readonly ui: number;
  readonly ministack: number;
  readonly sagemaker: number;
  readonly bedrock: number;
}

/** Where people expect them; the next free port is taken where one is in use. */
const PREFERRED_PORTS: Ports = { temporal: 7233, ui: 8233, ministack: 4566, sagemaker: 4567, bedrock: 4568 };
/** Preferred ports for regions that must not meet: any. */
export const ANY_PORTS: Ports = { temporal: 0, ui: 0, ministack: 0, sagemaker: 0, bedrock: 0 };

export interface RegionOptions {
  /** Directory for everything the region keeps; one region at a time. */
  readonly home: string;
  /** Preferred ports; 0 is any. */
  readonly ports?: Partial<Ports>;
  /** What the region's SageMaker and Bedrock do wrong, on purpose. */
  readonly faults?: FaultPlan;
  /** What its jobs and endpoints run on; processes where not given. */
  readonly machines?: Machines;
  /** How its Bedrock is unlike that of a new account. */
  readonly bedrock?: Pick<BedrockOptions, 'quotas' | 'paceMs'>;
  /** Where the Python tools are kept; `tools` in the home where not given. */
  readonly tools?: string;
  /** Told what takes long, and later what dies and comes back. */
  readonly onProgress?: OnProgress;
}

/** Where the services of a region listen. All of it on 127.0.0.1. */
export interface RegionAddresses {
  /** `host:port`, as Temporal clients take it. */
  readonly temporalAddress: string;
  readonly uiUrl: string;
  /** S3, IAM, CloudWatch Logs and the rest of MiniStack. */
  readonly awsUrl: string;
  readonly sagemakerUrl: string;
  readonly bedrockUrl: string;
  /** What points Temporal clients, AWS SDKs and temper at the region; nothing else is needed. */
  readonly env: ClientEnv;
}

export type ClientEnv = Readonly<ReturnType<typeof clientEnv>>;

export interface Region extends RegionAddresses {
  /** Replaces the fault plan while the region runs. */
  setFaults(plan: FaultPlan): void;
  /** Ends everything the region started, and returns when it has gone. State stays in the home. */
  stop(): Promise<void>;
}

/** How often ports are looked for: they are found free and then listened on, and another program may come in between. */
const ATTEMPTS = 5;

/**
 * Starts a region and returns when each of its services answers. What a crashed region left running in this home is
 * ended first. Rejects, with nothing left running, where the home is in use or a service does not come up.
 */
export async function startRegion(options: RegionOptions): Promise<Region> {
  const { home, onProgress = () => {} } = options;
  const paths = homePaths(home);
  mkdirSync(home, { recursive: true });
  const lock = Lock.tryAcquire(paths.lock);
  if (!(lock instanceof Lock)) {
    throw new Error(`a region is already running in ${home} (process ${lock.pid}); stop it with temper dev down`);
  }
  try {
    await new ProcessRecords(paths.processes).endAll();
    const tools = await installTools({ directory: options.tools ?? paths.tools, env: childEnv(), onProgress });
    for (let attempt = 1; ; attempt++) {
      const { ports, release } = await holdPorts({ ...PREFERRED_PORTS, ...options.ports });
      try {
        const region = await startServices(options, tools, ports);
        const stop = async () => {
          try {
            await region.stop();
          } finally {
            release();
            lock.release();
          }
        };
        return { ...region, stop };
      } catch (error) {
        release();
        if (attempt === ATTEMPTS || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      }
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startServices(
  { home, faults, machines, bedrock: unlike, onProgress = () => {} }: RegionOptions,
  tools: Tools,
  ports: Ports,
): Promise<Region> {
  const paths = homePaths(home);
  const shared = { records: new ProcessRecords(paths.processes), onEvent: onProgress };
  const awsUrl = `http://127.0.0.1:${ports.ministack}`;
  const stops: (() => Promise<void>)[] = [];
  // The last one first: while Bedrock and SageMaker stop they still write logs and artifacts to the others.
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const temporal = startTemporal({
      ...shared,
      executable: tools.temporal,
      database: paths.temporalDatabase,
      port: ports.temporal,
      uiPort: ports.ui,
      logFile: paths.log('temporal'),
    }).then((service) => stops.push(() => service.stop()));
    const aws = startMiniStack({
      ...shared,
      python: tools.python,
      port: ports.ministack,
      objects: paths.objects,
      state: paths.ministackState,
      account: ACCOUNT,
      provisions: { region: REGION, bucket: BUCKET, role: ROLE },
      logFile: paths.log('ministack'),
    }).then((service) => stops.push(() => service.stop()));
    // Both are waited for even where one fails, so that stopping finds all that was started.
    const failed = (await Promise.allSettled([temporal, aws])).find((started) => started.status === 'rejected');
    if (failed) throw failed.reason;

    // Commands that start no region do without the SDKs that it brings.
    const { startSageMaker } = await import('./sagemaker/server.ts');
    const { startBedrock } = await import('./bedrock/server.ts');
    const sagemaker = await startSageMaker({
      home,
      region: REGION,
      account: ACCOUNT,
      s3Endpoint: awsUrl,
      logsEndpoint: awsUrl,
      port: ports.sagemaker,
      python: tools.basePython,
      uv: tools.uv,
      ...(faults && { faults }),
      ...(machines && { machines }),
    });
    stops.push(() => sagemaker.close());
    const bedrock = await startBedrock({
      home,
      region: REGION,
      account: ACCOUNT,
      s3Endpoint: awsUrl,
      lambdaEndpoint: awsUrl,
      port: ports.bedrock,
      ...unlike,
      ...(faults && { faults }),
    });
    stops.push(() => bedrock.close());
    const addresses = {
      temporalAddress: `127.0.0.1:${ports.temporal}`,
      uiUrl: temporalUi(ports.ui),
      awsUrl,
      sagemakerUrl: sagemaker.url,
      bedrockUrl: bedrock.url,
    };
    const setFaults = (plan: FaultPlan) => {
      sagemaker.setFaults(plan);
      bedrock.setFaults(plan);
    };
    return { ...addresses, env: clientEnv(addresses), setFaults, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function clientEnv(at: Omit<RegionAddresses, 'env'>) {
  return {
    TEMPORAL_ADDRESS: at.temporalAddress,
    TEMPER_TEMPORAL_UI: at.uiUrl,
    // Addresses with an IP in them make the SDKs put bucket names into the path, where no name needs to be resolved.
    AWS_ENDPOINT_URL_S3: at.awsUrl,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: at.awsUrl,
    AWS_ENDPOINT_URL_IAM: at.awsUrl,
    AWS_ENDPOINT_URL_STS: at.awsUrl,
    AWS_ENDPOINT_URL_SFN: at.awsUrl,
    AWS_ENDPOINT_URL_EVENTBRIDGE: at.awsUrl,
    AWS_ENDPOINT_URL_CLOUDFORMATION: at.awsUrl,
    AWS_ENDPOINT_URL_LAMBDA: at.awsUrl,
    AWS_ENDPOINT_URL_SNS: at.awsUrl,
    AWS_ENDPOINT_URL_SQS: at.awsUrl,
    AWS_ENDPOINT_URL_SAGEMAKER: at.sagemakerUrl,
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: at.sagemakerUrl,
    AWS_ENDPOINT_URL_BEDROCK: at.bedrockUrl,
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: at.bedrockUrl,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    TEMPER_BUCKET: BUCKET,
    TEMPER_ROLE_ARN: `arn:aws:iam::${ACCOUNT}:role/${ROLE}`,
  };
}
