/** What a firing decides: facts come from activities, what follows from them is worked out in spec/retraining/. */
import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { PipelineActivities } from '../../activities/index.ts';
import { NO_PRICES } from '../../spec/cost/prices.ts';
import { parseWorkflowId, workflowIdOf } from '../../spec/naming.ts';
import type { Finding, RetrainDecision } from '../../spec/retrain.ts';
import { comparesData, unlessAnswered } from '../../spec/retraining/answered.ts';
import { type Allowance, allowanceOf } from '../../spec/retraining/budget.ts';
import { decisionOf, openHindrance, pausedHindrance } from '../../spec/retraining/decision.ts';
import {
  ALWAYS,
  ageFinding,
  askedFinding,
  firstFinding,
  measured,
  newDataFinding,
  unserved,
} from '../../spec/retraining/triggers.ts';
import * as profiles from '../profiles.ts';
import type { FiringContext } from './context.ts';
import type { FiringProgress } from './progress.ts';

const quickCall = proxyActivities<PipelineActivities>(profiles.quickCall);
const measure = proxyActivities<PipelineActivities>(profiles.measure);

const summary = (text: string): ActivityOptions => ({ summary: text });

/** @returns also what the run may spend, where it is to be started, and whether the month's budget has held back a firing before */
export async function decide(
  context: FiringContext,
  progress: FiringProgress,
): Promise<{ readonly decision: RetrainDecision; readonly allowance?: Allowance; readonly outOfBudget: boolean }> {
  const { name, account, spec, prices = NO_PRICES, scheduledAt, startedAt, run, at, firing } = context;
  const { asked, newest, judged, spent, open, paused, outOfBudget } = await quickCall.lookUpFiring.executeWithOptions(
    summary(`look up versions, runs and spending of ${name}`),
    [{ name, account, scheduledAt, run: workflowIdOf(run), at, prices }],
  );
  const when = spec.retrain?.when;
  const findings: Finding[] = [
    ...(asked ? [askedFinding(asked)] : []),
    ...(newest || judged ? [] : [firstFinding(name)]),
    ...(when ? [] : [ALWAYS]),
  ];
  const found = (finding: Finding): void => {
    findings.push(finding);
    progress.found(findings);
  };
  const since = judged && parseWorkflowId(judged.run);
  const data = comparesData(spec)
    ? await measure.compareData.executeWithOptions(summary('look what is new in the data'), [
        { account, spec, ...(since && { since }) },
      ])
    : undefined;
  if (when?.newData && data) found(newDataFinding(when.newData, data.change, data.compared ? judged : undefined));
  if (when?.championAge) found(ageFinding(when.championAge, { newest, judged, now: new Date(at) }));
  const answer = judged && { ...judged, dataChanged: !data?.compared || data.change.objects > 0 };
  const watched = { name, account, at, ...(judged && { judgedAt: judged.at }) };
  if (when?.drift && !newest) found(unserved('drift'));
  else if (when?.drift) {
    const [what, drift] = [summary('hold what is asked against the training data'), when.drift];
    const evidence = await measure.driftEvidence.executeWithOptions(what, [{ ...watched, drift }]);
    found(unlessAnswered(measured('drift', evidence), drift.window, { at, answer }));
  }
  if (when?.liveMetric && !newest) found(unserved('liveMetric'));
  else if (when?.liveMetric) {
    const [what, liveMetric] = [summary('score answers by the labels that came later'), when.liveMetric];
    const evidence = await measure.liveEvidence.executeWithOptions(what, [{ ...watched, spec, liveMetric }]);
    found(unlessAnswered(measured('liveMetric', evidence), liveMetric.window, { at, answer }));
  }
  const allowance = allowanceOf(spec, prices, spent);
  const problem = 'problem' in allowance ? allowance.problem : undefined;
  const hindrances = [
    openHindrance(open) ?? [],
    pausedHindrance({ paused, scheduledAt, startedAt }) ?? [],
    problem === undefined ? [] : { obstacle: 'budget' as const, reason: problem },
  ].flat();
  const decision = decisionOf({ firing, at, asked, findings, hindrances });
  return { decision, outOfBudget, ...(decision.decided === 'train' && !('problem' in allowance) && { allowance }) };
}
