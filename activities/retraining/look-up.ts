/** What a firing's decision is drawn from, but for what has to be read for it. */
import { activityInfo, getClient } from '@temporalio/activity';
import type { Prices } from '../../spec/cost/prices.ts';
import type { Account } from '../../spec/record.ts';
import type { Asked } from '../../spec/retrain.ts';
import { monthOf, type Spending, spendingOf } from '../../spec/retraining/budget.ts';
import type { JudgedRun, NewestVersion } from '../../spec/retraining/triggers.ts';
import type { AwsClients } from '../aws.ts';
import { newestVersions } from '../models.ts';
import { isOver } from '../open-runs.ts';
import { describeSchedule } from './change-schedule.ts';
import { lastJudged, monthSoFar } from './ledger.ts';
import { settleLeft } from './left.ts';
import { readRequest } from './requests.ts';
import { takeTurn } from './turn.ts';

export interface Question {
  readonly name: string;
  readonly account: Account;
  /** When the schedule wanted the firing. */
  readonly scheduledAt: string;
  /** Workflow id of the run that it starts, if it does. */
  readonly run: string;
  /** When it decides. */
  readonly at: string;
  /** By which runs are reckoned with that no firing waits for any more. */
  readonly prices: Prices;
}

export interface LookedUp {
  readonly asked?: Asked;
  readonly newest?: NewestVersion;
  readonly judged?: JudgedRun;
  readonly spent: Spending;
  /** Whether the schedule is paused. */
  readonly paused: boolean;
  /** Workflow ids of what is under way: runs of the name, whoever started them, and another firing of it. */
  readonly open: readonly string[];
  /** Whether the budget has held back a firing of this month before. */
  readonly outOfBudget: boolean;
}

export async function lookUp(
  { s3 }: AwsClients,
  { name, account, scheduledAt, run, at, prices }: Question,
): Promise<LookedUp> {
  const { bucket } = account;
  const { workflowExecution: own } = activityInfo();
  const turn = { firing: own?.workflowId ?? '', runId: own?.runId ?? '', run };
  // Before the ledger is read: until this firing and its run are over, no other one writes into it.
  const holder = await takeTurn(s3, bucket, name, turn);
  await settleLeft(s3, bucket, name, prices);
  const [asked, { cards }, judged, { trained, outOfBudget }, open, schedule] = await Promise.all([
    readRequest(s3, bucket, name, scheduledAt),
    newestVersions(s3, bucket, name, 1),
    lastJudged(s3, bucket, name),
    monthSoFar(s3, bucket, name, at),
    runsUnderWay(name),
    describeSchedule(getClient(), name),
  ]);
  const [newest] = cards;
  return {
    ...(asked && { asked }),
    ...(newest && {
      newest: { number: newest.number, run: newest.card.run, handedOverAt: newest.card.handedOverAt },
    }),
    ...(judged && { judged }),
    spent: spendingOf(monthOf(at), trained),
    open: [...new Set([...(holder === undefined ? [] : [holder]), ...open])],
    paused: schedule?.schedule?.state?.paused === true,
    outOfBudget,
  };
}

/** As Temporal lists them: what somebody has started just now may not be among them yet. */
async function runsUnderWay(name: string): Promise<string[]> {
  const query = `TemperName = "${name}" AND WorkflowType = "fineTune" AND ExecutionStatus = "Running"`;
  const runs: string[] = [];
  for await (const { workflowId } of getClient().workflow.list({ query })) {
    // What has just ended may be listed as running yet.
    if (!(await isOver(workflowId))) runs.push(workflowId);
  }
  return runs;
}
