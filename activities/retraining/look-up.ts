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
import { lastJudged, newestFirings, trainedInMonth } from './ledger.ts';
import { settleLeft } from './left.ts';
import { readRequest } from './requests.ts';

export interface Question {
  readonly name: string;
  readonly account: Account;
  /** When the schedule wanted the firing. */
  readonly scheduledAt: string;
  /** When the firing was started, by Temporal's clock. */
  readonly startedAt: string;
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
  /** Workflow ids of the runs of the name, and of its other firings, that are under way. */
  readonly open: readonly string[];
  /** Whether the last firing was of this month, and held back by its budget. */
  readonly heldBack?: boolean;
}

export async function lookUp(
  { s3 }: AwsClients,
  { name, account, scheduledAt, startedAt, at, prices }: Question,
): Promise<LookedUp> {
  const { bucket } = account;
  await settleLeft(s3, bucket, name, prices);
  const [asked, { cards }, judged, trained, open, schedule, last] = await Promise.all([
    readRequest(s3, bucket, name, scheduledAt),
    newestVersions(s3, bucket, name, 1),
    lastJudged(s3, bucket, name),
    trainedInMonth(s3, bucket, name, at),
    openOf(name, startedAt),
    describeSchedule(getClient(), name),
    newestFirings(s3, bucket, name, 1),
  ]);
  const [newest] = cards;
  return {
    ...(asked && { asked }),
    ...(newest && {
      newest: { number: newest.number, run: newest.card.run, handedOverAt: newest.card.handedOverAt },
    }),
    ...(judged && { judged }),
    spent: spendingOf(monthOf(at), trained),
    open,
    paused: schedule?.schedule?.state?.paused === true,
    heldBack: last.firings.some(
      ({ decision }) => decision.obstacle === 'budget' && monthOf(decision.at) === monthOf(at),
    ),
  };
}

/**
 * Of two firings that were started at once, each with no regard to the other, the one that was first goes on. Its own start
 * is not looked up: what has just been started may not be listed yet.
 */
async function openOf(name: string, startedAt: string): Promise<string[]> {
  const { workflowExecution: own } = activityInfo();
  const order = (start: string, runId = ''): string => `${start} ${runId}`;
  const query = `TemperName = "${name}" AND WorkflowType IN ("fineTune", "retrain") AND ExecutionStatus = "Running"`;
  const open: string[] = [];
  for await (const { workflowId, runId, type, startTime } of getClient().workflow.list({ query })) {
    const isLater = order(startTime.toISOString(), runId) > order(startedAt, own?.runId);
    if (runId === own?.runId || (type === 'retrain' && isLater)) continue;
    // What has just ended may be listed as running yet.
    if (!(await isOver(workflowId))) open.push(workflowId);
  }
  return open;
}
