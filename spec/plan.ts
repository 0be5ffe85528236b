/** What a run of a spec would do, and what it could cost: from the spec and what was looked up. */
import { budgetProblem } from './cost/budget.ts';
import { type Cost, costOf } from './cost/cost.ts';
import type { RegionPrices } from './cost/price-list.ts';
import { durationSeconds } from './duration.ts';
import { servedName } from './engine.ts';
import type { Account, SplitName } from './record.ts';
import type { Spec } from './spec.ts';

/** Files of a run on their way to S3. */
export interface InputFacts {
  readonly bytes?: number;
  /** Absent where it follows from what was not read. */
  readonly uri?: string;
  /** Whether the bucket has them already; absent where that is not known. */
  readonly there?: boolean;
}

export interface DataFacts extends InputFacts {
  /** Absent where they were read into splits. */
  readonly files?: number;
  /** Rows by split; absent where the data was not read. */
  readonly splits?: { readonly [S in SplitName]?: number };
  /** Why a run would refuse the data. */
  readonly refused?: string;
}

export interface EndpointFacts {
  /** In AWS's words. */
  readonly status: string;
  /** Whether it can be, at once or when what it is busy with is over. */
  readonly updatable: boolean;
  /** Its tag `temper:name`; absent for one that Temper did not make. */
  readonly owner?: string;
  /** Workflow id of the run whose model it serves, where that is known. */
  readonly serves?: string;
}

/** What was looked up: `null` is not there, and what is absent could not be looked up. */
export interface PlanFacts {
  readonly account: Partial<Account>;
  /** Whether AWS bills for what is done there. */
  readonly billed: boolean;
  readonly prices: RegionPrices;
  readonly data: DataFacts;
  /** Absent where the engine runs no code of the spec's. */
  readonly code?: InputFacts;
  readonly bucket?: 'there' | null;
  /** Where the base lies, and the workflow id of the run that it is of. */
  readonly base?: { readonly artifact: string; readonly run?: string } | null;
  readonly endpoint?: EndpointFacts | null;
  readonly unknown: readonly Unknown[];
}

/** What could not be looked up, and why. */
export interface Unknown {
  readonly what: string;
  readonly why: string;
}

export type Action = 'upload' | 'reuse' | 'use' | 'create' | 'update' | 'unknown';

/** One thing that the run sends, uses or makes. */
export interface PlanStep {
  readonly what: 'data' | 'code' | 'base' | 'training job' | 'transform job' | 'endpoint';
  /** `unknown` where it was not to be found out whether it is there already. */
  readonly action: Action;
  /** Address or name, where it is known before the run has its id. */
  readonly name?: string;
  /** Workflow id of the run whose model is used, or replaced. */
  readonly run?: string;
  readonly bytes?: number;
  readonly files?: number;
  readonly splits?: DataFacts['splits'];
  readonly instance?: string;
  /** Jobs, or endpoints; 1 where absent. */
  readonly count?: number;
  /** Instances of each. */
  readonly instances?: number;
  /** Seconds that each job may take. */
  readonly maxSeconds?: number;
  /** The most that it can cost in USD; an endpoint in each hour. Absent where the price is not known. */
  readonly usd?: number;
}

/** What would stop the run. */
export interface PlanProblem {
  readonly code:
    | 'AccountIncomplete'
    | 'NotFound'
    | 'InvalidData'
    | 'BaseNotFound'
    | 'Conflict'
    | 'EndpointFailed'
    | 'BudgetExceeded'
    | 'PriceUnknown';
  readonly message: string;
  readonly fix: string;
}

export interface Plan {
  readonly ok: boolean;
  readonly name: string;
  readonly account: Partial<Account>;
  /** False where it is not AWS that does the work, as in the laptop region: the cost is what AWS would bill. */
  readonly billed: boolean;
  readonly steps: readonly PlanStep[];
  /** The jobs one after the other; without the time that uploads, queues and the roll-out of an endpoint take. */
  readonly maxSeconds: number;
  /** How long the run may wait for a machine on top of that. */
  readonly maxWaitSeconds: number;
  readonly cost: Cost;
  readonly budget?: string;
  /** The oldest day of the prices, where it is known. */
  readonly pricesAsOf?: string;
  readonly problems: readonly PlanProblem[];
  readonly unknown: readonly Unknown[];
}

const sent = ({ there }: InputFacts): Action => (there === undefined ? 'unknown' : there ? 'reuse' : 'upload');

export function planOf(spec: Spec, facts: PlanFacts): Plan {
  const cost = costOf(spec, facts.prices);
  const problems = problemsOf(spec, facts, cost);
  const seconds = cost.jobs.map(({ maxSeconds }) => maxSeconds);
  return {
    ok: problems.length === 0,
    name: spec.name,
    account: facts.account,
    billed: facts.billed,
    steps: [...inputSteps(spec, facts), ...jobSteps(cost), ...endpointSteps(spec, facts, cost)],
    // Base and candidate are evaluated at the same time.
    maxSeconds: seconds.reduce((sum, each) => sum + each, 0),
    maxWaitSeconds: durationSeconds(spec.train.maxWait),
    cost,
    ...(spec.budget !== undefined && { budget: spec.budget }),
    ...(facts.prices.asOf && { pricesAsOf: facts.prices.asOf }),
    problems,
    unknown: facts.unknown,
  };
}

function inputSteps({ train }: Spec, { data, code, base }: PlanFacts): PlanStep[] {
  const { uri: dataUri, there: _, refused: __, ...about } = data;
  const steps: PlanStep[] = [
    { what: 'data', action: sent(data), ...(dataUri && { name: dataUri }), ...about },
    ...(code ? [codeStep(code)] : []),
  ];
  if (!train.base) return steps;
  const found = base ? { name: base.artifact, ...(base.run && { run: base.run }) } : { name: train.base };
  return [...steps, { what: 'base', action: base ? 'use' : 'unknown', ...found }];
}

function codeStep(code: InputFacts): PlanStep {
  const { uri, bytes } = code;
  return { what: 'code', action: sent(code), ...(uri && { name: uri }), ...(bytes !== undefined && { bytes }) };
}

function jobSteps({ jobs }: Cost): PlanStep[] {
  return jobs.map(({ stage, jobs: count, ...job }) => ({
    what: stage === 'train' ? 'training job' : 'transform job',
    action: 'create',
    count,
    ...job,
  }));
}

function endpointSteps({ name, deploy }: Spec, { endpoint }: PlanFacts, cost: Cost): PlanStep[] {
  if (deploy.to !== 'sagemaker-endpoint' || !cost.endpoint) return [];
  const { usdPerHour, ...machine } = cost.endpoint;
  return [
    {
      what: 'endpoint',
      action: endpoint === undefined ? 'unknown' : endpoint ? 'update' : 'create',
      name: deploy.endpoint ?? name,
      ...(endpoint?.serves && { run: endpoint.serves }),
      ...machine,
      ...(usdPerHour !== undefined && { usd: usdPerHour }),
    },
  ];
}

/** What is said where it is not given where to work. */
export function accountProblem({ region, bucket, roleArn }: { readonly [K in keyof Account]?: string | undefined }) {
  const missing = [
    ...(region ? [] : ['aws.region (or AWS_REGION)']),
    ...(bucket ? [] : ['aws.bucket (or TEMPER_BUCKET)']),
    ...(roleArn ? [] : ['aws.role (or TEMPER_ROLE_ARN)']),
  ];
  return {
    message: `not given where to work in AWS: ${missing.join(', ')}`,
    fix: 'set them in the spec or the environment, or work on this machine: temper dev up',
  };
}

function problemsOf(spec: Spec, { account, bucket, data, base, endpoint }: PlanFacts, cost: Cost): PlanProblem[] {
  const problems: PlanProblem[] = [];
  const { region, bucket: name, roleArn } = account;
  if (!region || !name || !roleArn) problems.push({ code: 'AccountIncomplete', ...accountProblem(account) });
  if (bucket === null) {
    const message = `there is no bucket ${account.bucket}`;
    problems.push({ code: 'NotFound', message, fix: 'create it, or correct aws.bucket' });
  }
  if (data.refused !== undefined) {
    problems.push({
      code: 'InvalidData',
      message: data.refused,
      fix: 'correct the rows; see them all with: temper check',
    });
  }
  if (base === null) {
    const message = `train.base: there is no model ${spec.train.base}`;
    const fix = 'finish a run of that name first, or set train.base to the s3:// address of a model';
    problems.push({ code: 'BaseNotFound', message, fix });
  }
  if (endpoint) problems.push(...endpointProblems(spec, endpoint));
  const overBudget = budgetProblem(spec, cost);
  return overBudget ? [...problems, overBudget] : problems;
}

function endpointProblems({ name, deploy }: Spec, { owner, status, updatable }: EndpointFacts): PlanProblem[] {
  const endpoint = servedName({ name, deploy });
  if (owner !== name) {
    const message = `endpoint ${endpoint} was not made by temper for ${name}`;
    return [{ code: 'Conflict', message, fix: 'choose another deploy.endpoint, or delete that one' }];
  }
  if (updatable) return [];
  const message = `endpoint ${endpoint} is ${status} and cannot be updated`;
  return [{ code: 'EndpointFailed', message, fix: 'delete it; the run then creates it anew' }];
}
