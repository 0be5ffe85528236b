import { formatUsd } from '../../spec/cost/budget.ts';
import type { Finding, Firing } from '../../spec/retrain.ts';
import type { FiringContext } from './context.ts';

/** A firing's story in Markdown, for the Temporal UI. */
export function pageOf({ name }: FiringContext, findings: readonly Finding[], firing?: Firing): string {
  const looked = findings.map(({ trigger, due, reason }) => `- ${due ? '✔' : '◦'} **${trigger}** · ${reason}`);
  return [nowOf(name, firing), ...(looked.length > 0 ? [looked.join('\n')] : []), ...moneyOf(firing)].join('\n\n');
}

function nowOf(name: string, firing: Firing | undefined): string {
  if (!firing) return `Now: looks whether **${name}** is to be trained again.`;
  const { decision, run, outcome, failure } = firing;
  if (decision.decided === 'skip') return `Skipped: ${decision.reason}.`;
  if (outcome === undefined) return `Now: run \`${run}\` trains, as ${decision.reason}.`;
  const why = failure ? ` in ${failure.stage}: **${failure.code}**, ${failure.message}` : '';
  return `Run \`${run}\` ${outcome}${why}. It was started as ${decision.reason}.`;
}

function moneyOf(firing: Firing | undefined): string[] {
  const { billedUsd, reservedUsd } = firing ?? {};
  if (billedUsd !== undefined) return [`Billed: ${formatUsd(billedUsd)} USD.`];
  return reservedUsd === undefined ? [] : [`At most ${formatUsd(reservedUsd)} USD.`];
}
