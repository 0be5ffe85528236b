/** Runs that take over from others, from any machine. */
import { createAwsClients } from '../../activities/aws.ts';
import { goneOf, goneText } from '../../activities/takeover.ts';
import { pricesFor } from '../../spec/cost/cost.ts';
import { isRelativeToChampion } from '../../spec/gate.ts';
import { type RunRef, workflowIdOf } from '../../spec/naming.ts';
import { type Account, RUN_VERSION, type RunRecord, type StartedBy } from '../../spec/record.ts';
import type { Spec } from '../../spec/spec.ts';
import { startsAt, type Takeover } from '../../spec/takeover.ts';
import type { Context } from '../context.ts';
import { awsFailure } from '../endpoints/aws-failure.ts';
import { usageError } from '../errors.ts';
import { agreedToAgain } from '../plan/agree.ts';
import { knownPrices } from '../plan/prices.ts';
import type { Temporal } from '../temporal.ts';
import { whoIs } from '../who.ts';
import { announce, conclude, follow } from './follow.ts';
import { readRecord } from './records.ts';
import { newId, refuseTwice, startWorkflow, tellDetached } from './start.ts';

export interface AgainOptions {
  readonly id: string | undefined;
  readonly detach: boolean;
  readonly yes: boolean;
  readonly comment: string | undefined;
}

/** Starts a run of the same spec, data and code as another one's, from S3, and follows it to its end. */
export async function rerun(context: Context, temporal: Temporal, run: string, options: AgainOptions): Promise<void> {
  const { spec, account, data, source, base }: RunRecord = await readRecord(temporal, run);
  if (!data) {
    throw usageError(
      'NothingToTakeOver',
      `${run} has no data set in S3: it ended before its data was uploaded, or is not as far yet`,
      'start it from its files with: temper run FILE',
    );
  }
  const takeover = { run, data, ...(source && { source }), ...(base && { base }) };
  await startAgain(context, temporal, { spec, account, takeover, how: 'rerun' }, options);
}

/** What a stage needs that others have left, and what it then does. */
const RESUMED = {
  evaluate: 'takes over data, code and model; evaluates, judges and asks for approval again',
  deploy: 'takes over data, code, model and scores; holds them against the gate, and deploys',
} as const;

/** Starts a run that goes on with what another one has left, and follows it to its end. */
export async function resume(
  context: Context,
  temporal: Temporal,
  run: string,
  { from, ...options }: AgainOptions & { readonly from: keyof typeof RESUMED },
): Promise<void> {
  const record = await readRecord(temporal, run);
  const takeover = leftBy(record, from);
  const { spec, account } = record;
  const stage = startsAt(takeover) === 'deploy' ? 'deploy' : 'evaluate';
  const why = stage === from ? '' : 'a rule is relative to the champion, the newest version: ';
  context.output.note({ code: 'resume', text: `  ${why}${RESUMED[stage]}`, data: { from: stage } });
  await startAgain(context, temporal, { spec, account, takeover, how: 'resume' }, options);
}

/** Throws a user error where a run has not left what the stage needs. */
function leftBy(record: RunRecord, from: keyof typeof RESUMED): Takeover {
  const { run, spec, outcome, data, source, base, model, evaluations, gate = [], approval } = record;
  if (!outcome) {
    const fix = `wait for its end, or cancel it: temper cancel ${run}`;
    throw usageError('RunUnderWay', `${run} is under way, in its ${record.stage} stage`, fix);
  }
  const nothing = (what: string, fix: string) =>
    usageError('NothingToTakeOver', `${run} has no ${what} (${outcome} in ${record.stage})`, fix);
  if (!data || !model) throw nothing('model', `do all of it again with: temper rerun ${run}`);
  const left = { run, data, model, ...(source && { source }), ...(base && { base }) };
  if (from === 'evaluate') return left;
  const evaluateAgain = `evaluate it again with: temper resume ${run} --from evaluate`;
  if (!spec.evaluate) return { ...left, evaluations: {} };
  if (!evaluations?.candidate) throw nothing('scores', evaluateAgain);
  const missed = gate.filter(({ passed }) => !passed).map(({ reason }) => reason);
  if (missed.length > 0)
    throw usageError('GateNotPassed', `the gate rejected the model of ${run}: ${missed.join('; ')}`, evaluateAgain);
  const approved = approval && { approval };
  // Its champion was the newest version then, and need not be now.
  return spec.gate.some(isRelativeToChampion) ? { ...left, ...approved } : { ...left, evaluations, ...approved };
}

interface Again {
  readonly spec: Spec;
  readonly account: Account;
  readonly takeover: Takeover;
  readonly how: StartedBy['how'];
}

export async function startAgain(
  context: Context,
  temporal: Temporal,
  { spec, account, takeover, how }: Again,
  { id, detach, yes, comment }: AgainOptions,
): Promise<void> {
  await refuseGone(account, takeover);
  const prices = await knownPrices(context, account.region);
  if (!(await agreedToAgain(context, temporal.environment, { spec, takeover }, { prices, yes }))) return;
  const run: RunRef = { name: spec.name, id: id ?? newId() };
  const workflowId = workflowIdOf(run);
  if (id !== undefined) await refuseTwice(temporal, workflowId);
  await startWorkflow(temporal, {
    version: RUN_VERSION,
    run,
    spec,
    account,
    startedBy: { how, by: whoIs(context), ...(comment !== undefined && { comment }) },
    takeover,
    directory: '/',
    prices: pricesFor(spec, prices),
  });
  announce(context, temporal, workflowId, 'run.started');
  if (detach) return tellDetached(context, temporal, workflowId);
  conclude(context, workflowId, await follow(context, temporal, workflowId), true);
}

/** The workflow looks as well; here nothing is started yet. */
async function refuseGone({ region }: Account, takeover: Takeover): Promise<void> {
  const gone = await goneOf(createAwsClients(region), takeover).catch((error: unknown) => {
    throw awsFailure(error, `look for what ${takeover.run} left`);
  });
  if (gone.length === 0) return;
  throw usageError(
    'TakeoverGone',
    goneText(takeover.run, gone),
    'start it from its files with temper run FILE; a rollback can go to another version with --to',
  );
}
