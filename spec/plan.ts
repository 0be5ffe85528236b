/** What a run of a spec would do, and what it could cost: from the spec and what was looked up. */

import { captureOf } from './capture.ts';
import type { Champion } from './champion.ts';
import type { SplitSizes } from './cost/bedrock.ts';
import { budgetProblem } from './cost/budget.ts';
import { costOf } from './cost/cost.ts';
import type { Cost } from './cost/items.ts';
import type { RegionPrices } from './cost/price-list.ts';
import { durationSeconds } from './duration.ts';
import { servedName } from './engine.ts';
import { type PlanStep, SERVED, stepsOf } from './plan-steps.ts';
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
  /** With the tokens of each, where Bedrock bills by them. */
  readonly sizes?: SplitSizes;
  /** Why a run would refuse the data, or with it the spec, which asks what does not fit. */
  readonly refused?: Refusal;
}

export interface Refusal {
  readonly code: 'InvalidData' | 'InvalidSpec';
  readonly message: string;
}

const REFUSAL_FIXES: { readonly [C in Refusal['code']]: string } = {
  InvalidData: 'correct the rows; see them all with: temper check',
  InvalidSpec: 'correct what is named; see all of it with: temper check',
};

/** What serves under the name that a model is to be served by. */
export interface EndpointFacts {
  /** In AWS's words. */
  readonly status: string;
  /** Whether it can be, at once or when what it is busy with is over. */
  readonly updatable: boolean;
  /** Its tag `temper:name`; absent for one that Temper did not make. */
  readonly owner?: string;
  /** Workflow id of the run whose model it serves, where that is known. */
  readonly serves?: string;
  /** Why it cannot be given the model, ever. */
  readonly obstacle?: { readonly problem: string; readonly fix: string };
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
  /** That of `deploy.capture.to`, where it is another one. */
  readonly captureBucket?: 'there' | null;
  /** That of `notify`. */
  readonly topic?: 'there' | null;
  /** Where the base lies, and the workflow id of the run that it is of. */
  readonly base?: { readonly artifact: string; readonly run?: string } | null;
  readonly endpoint?: EndpointFacts | null;
  /** Where a rule asks for it and there is one. */
  readonly champion?: Champion;
  readonly unknown: readonly Unknown[];
}

/** What could not be looked up, and why. */
export interface Unknown {
  readonly what: string;
  readonly why: string;
}

/** What would stop the run. */
export interface PlanProblem {
  readonly code:
    | 'AccountIncomplete'
    | 'NotFound'
    | 'InvalidData'
    | 'InvalidSpec'
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
  /** How long the run may wait for machines, of one stage after the other, or for quota, on top of that. */
  readonly maxWaitSeconds: number;
  readonly cost: Cost;
  readonly budget?: string;
  /** The oldest day of the prices, where it is known. */
  readonly pricesAsOf?: string;
  readonly problems: readonly PlanProblem[];
  readonly unknown: readonly Unknown[];
}

export function planOf(spec: Spec, facts: PlanFacts): Plan {
  const { sizes: splits } = facts.data;
  const serves = facts.endpoint !== null;
  const champion = facts.champion?.gone === undefined ? facts.champion?.spec : undefined;
  const cost = costOf(spec, facts.prices, { serves, ...(splits && { splits }), ...(champion && { champion }) });
  const problems = problemsOf(spec, facts, cost);
  const { train, evaluate } = spec;
  const { asOf } = train.engine === 'bedrock' ? (facts.prices.bedrock ?? {}) : facts.prices;
  return {
    ok: problems.length === 0,
    name: spec.name,
    account: facts.account,
    billed: facts.billed,
    steps: stepsOf(spec, facts, cost),
    // Base and candidate are evaluated at the same time.
    maxSeconds: durationSeconds(train.maxRuntime) + (evaluate ? durationSeconds(evaluate.maxRuntime) : 0),
    maxWaitSeconds: durationSeconds(train.maxWait) * waitsFor(spec),
    cost,
    ...(spec.budget !== undefined && { budget: spec.budget }),
    ...(asOf && { pricesAsOf: asOf }),
    problems,
    unknown: facts.unknown,
  };
}

/** How many stages may have to wait for machines. */
function waitsFor({ evaluate, deploy }: Spec): number {
  return 1 + (evaluate?.by === 'transform' ? 1 : 0) + (deploy.to === 'sagemaker-endpoint' ? 1 : 0);
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

function problemsOf(spec: Spec, facts: PlanFacts, cost: Cost): PlanProblem[] {
  const { account, bucket, captureBucket, topic, data, base, endpoint } = facts;
  const problems: PlanProblem[] = [];
  const { region, bucket: name, roleArn } = account;
  if (!region || !name || !roleArn) problems.push({ code: 'AccountIncomplete', ...accountProblem(account) });
  if (bucket === null) {
    const message = `there is no bucket ${account.bucket}`;
    problems.push({ code: 'NotFound', message, fix: 'create it, or correct aws.bucket' });
  }
  if (captureBucket === null) {
    const message = `deploy.capture.to: there is no bucket of ${captureOf(spec, '')?.uri}`;
    problems.push({
      code: 'NotFound',
      message,
      fix: 'create it in the region of the run, or correct deploy.capture.to',
    });
  }
  if (topic === null) {
    const message = `notify.topic: there is no topic ${spec.notify?.topic}`;
    problems.push({ code: 'NotFound', message, fix: 'create it, or correct notify.topic' });
  }
  if (data.refused !== undefined) {
    problems.push({ ...data.refused, fix: REFUSAL_FIXES[data.refused.code] });
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

function endpointProblems(
  { name, deploy }: Spec,
  { owner, status, updatable, obstacle }: EndpointFacts,
): PlanProblem[] {
  if (deploy.to === 'none') return [];
  const [what, served] = [SERVED[deploy.to], servedName({ name, deploy })];
  const field = deploy.to === 'sagemaker-endpoint' ? 'deploy.endpoint' : 'deploy.name';
  if (owner !== name) {
    const message = `${what} ${served} was not made by temper for ${name}`;
    return [{ code: 'Conflict', message, fix: `choose another ${field}, or delete that one` }];
  }
  if (obstacle) return [{ code: 'Conflict', message: `${what} ${served} ${obstacle.problem}`, fix: obstacle.fix }];
  if (updatable) return [];
  const message = `${what} ${served} is ${status} and cannot be updated`;
  return [{ code: 'EndpointFailed', message, fix: 'delete it; the run then creates it anew' }];
}
