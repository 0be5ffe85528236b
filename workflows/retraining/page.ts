import { formatUsd } from '../../spec/cost/budget.ts';
import { type Untold, untoldText } from '../../spec/notices/notice.ts';
import type { Finding, Firing, RetrainDecision } from '../../spec/retrain.ts';
import { list, literal, plain } from '../page/markdown.ts';
import type { FiringContext } from './context.ts';

/** A firing's story in Markdown, for the Temporal UI. */
export function pageOf(
  { name }: Pick<FiringContext, 'name'>,
  findings: readonly Finding[],
  firing?: Firing,
  untold: readonly Untold[] = [],
): string {
  const looked = findings.map(({ trigger, due, reason }) => `${due ? '✔' : '◦'} **${trigger}** · ${plain(reason)}`);
  return [
    ...nowOf(name, firing),
    ...(looked.length > 0 ? [list('**Looked at** (✔ is reason to train)', looked)] : []),
    ...moneyOf(firing),
    ...untold.map((each) => literal(untoldText(each))),
  ].join('\n\n');
}

function nowOf(name: string, firing: Firing | undefined): string[] {
  if (!firing) return [`### Now: looks whether ${name} is to be trained again`];
  const { decision, run = '', outcome, failure } = firing;
  if (decision.decided === 'skip') return ['### Skipped', ...whySkipped(decision)];
  if (outcome === undefined) {
    return [
      `### Now: ${literal(run)} trains`,
      'How far it is, and whether it waits for somebody, is on its own page: *Relationships*.',
    ];
  }
  return [
    `### ${literal(run)} ${outcome}`,
    ...(failure
      ? [
          `**${failure.code}** in ${failure.stage}: ${literal(failure.message)}`,
          `**To do**: what its own page says (*Relationships*); then let its schedule, which is paused, go on: *Unpause* on its page, or ${literal(`temper schedule resume ${name}`)}.`,
        ]
      : []),
  ];
}

/** What the findings themselves do not say. */
function whySkipped({ reason, findings }: RetrainDecision): string[] {
  const found = findings.map((finding) => finding.reason).join('; ');
  return reason === found ? [] : [plain(reason)];
}

function moneyOf(firing: Firing | undefined): string[] {
  const { billedUsd, reservedUsd, outcome } = firing ?? {};
  if (billedUsd !== undefined) return [`**Billed**: ${formatUsd(billedUsd)} USD.`];
  if (reservedUsd === undefined) return [];
  const most = `**At most** ${formatUsd(reservedUsd)} USD`;
  return [
    outcome === undefined
      ? `${most}.`
      : `${most}: how much of it was billed is not known, and all of it counts in its month.`,
  ];
}
