import { formatUsd } from '../../spec/cost/budget.ts';
import { type Untold, untoldText } from '../../spec/notices/notice.ts';
import type { Finding, Firing } from '../../spec/retrain.ts';
import { list, literal } from '../page/markdown.ts';
import type { FiringContext } from './context.ts';

/** A firing's story in Markdown, for the Temporal UI. */
export function pageOf(
  { name }: Pick<FiringContext, 'name'>,
  findings: readonly Finding[],
  firing?: Firing,
  untold: readonly Untold[] = [],
): string {
  const looked = findings.map(({ trigger, due, reason }) => `${due ? '✔' : '◦'} **${trigger}** · ${literal(reason)}`);
  return [
    ...nowOf(name, firing),
    ...(looked.length > 0 ? [list('**Looked at** (✔ is reason to train)', looked)] : []),
    ...moneyOf(firing),
    ...untold.map((each) => literal(untoldText(each))),
  ].join('\n\n');
}

function nowOf(name: string, firing: Firing | undefined): string[] {
  if (!firing) return [`### Now: looks whether ${name} is to be trained again`];
  const { decision, run, outcome, failure } = firing;
  const reason = literal(decision.reason);
  if (decision.decided === 'skip') return ['### Skipped', reason];
  if (outcome === undefined) return [`### Now: trains, by run \`${run}\``, reason];
  const why = failure ? [`**${failure.code}** in ${failure.stage}: ${literal(failure.message)}`] : [];
  return [`### Run \`${run}\` ${outcome}`, ...why, reason];
}

function moneyOf(firing: Firing | undefined): string[] {
  const { billedUsd, reservedUsd } = firing ?? {};
  if (billedUsd !== undefined) return [`**Billed**: ${formatUsd(billedUsd)} USD.`];
  return reservedUsd === undefined ? [] : [`**At most** ${formatUsd(reservedUsd)} USD.`];
}
