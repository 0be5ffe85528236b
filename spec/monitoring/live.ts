/** A metric of what a served model answered, on labels that came later. Pure. */
import { formatCount, percentText, plural } from '../amounts.ts';
import type { Bounds } from '../bootstrap.ts';
import { clears, holds, parseRule, type Rule, scoreText } from '../gate.ts';
import { type MetricValues, ROW_METRICS } from '../metrics.ts';
import { listed } from '../suggest.ts';
import { moreText, sinceText, type Window } from './window.ts';

/** `retrain.when.liveMetric`. */
export interface LiveMetric {
  /** The model is trained again when it holds. */
  readonly rule: string;
  /** `s3://` address of the labels. */
  readonly labels: string;
  /** With fewer labels that answers were found for nothing is decided. */
  readonly minRows: number;
  /** How far back answers count: `7d`. */
  readonly window: string;
  /** How sure it has to be that the rule holds. */
  readonly confidence: number;
}

/** Reads the rule: as those of a gate, but without anybody to compare with. Throws a `RangeError` that says what is wrong. */
export function parseLiveRule(text: string): Rule {
  if (!/[<>=]/.test(text)) throw new RangeError(`not a rule: ${JSON.stringify(text)}; write it as "accuracy < 0.80"`);
  const rule = parseRule(text);
  if (rule.relativeTo) {
    throw new RangeError(`${text}: live answers have no ${rule.relativeTo} beside them; write it as "accuracy < 0.80"`);
  }
  if (!ROW_METRICS.has(rule.metric)) {
    throw new RangeError(
      `${text}: ${rule.metric} is not measured of live answers; one of ${listed([...ROW_METRICS])} is`,
    );
  }
  if (rule.operator === '==') {
    throw new RangeError(`${text}: no number of answers proves a metric equal to a number; write < or >`);
  }
  return rule;
}

/** What labels and captured answers came to. */
export interface Joined {
  /** Captured answers that a label was found for, by inference id or by the question. */
  readonly joined: number;
  /** Labels that an answer was found for: one may tell of several answers to the same question. */
  readonly labels: number;
  /** Captured answers without a label. */
  readonly unlabelled: number;
  /** Labels without a captured answer. */
  readonly unmatched: number;
  /** Rows of the labels that could not be read, which are left out. */
  readonly unread: number;
}

/** The scores of the answers, and the bounds of the rule's metric; none where nothing was joined. */
export interface LiveScores {
  readonly metrics?: MetricValues;
  readonly bounds?: Bounds;
}

export function liveVerdict(
  found: Joined & LiveScores,
  { rule: text, minRows, confidence }: LiveMetric,
  window: Window,
): { readonly due: boolean; readonly reason: string } {
  const rule = parseLiveRule(text);
  const { joined, labels, metrics, bounds } = found;
  const since = sinceText(window);
  const beside = besideText(found);
  if (!metrics || !bounds || labels < minRows) {
    const which = labels === joined ? 'with a label' : `with one of ${plural(labels, 'label')}`;
    const few = `${plural(joined, 'captured answer')} ${since} ${which} ${joined === 1 ? 'is' : 'are'} too few to tell ${rule.metric}`;
    return { due: false, reason: `${few}: at least ${formatCount(minRows)} are wanted${beside}; ${moreText(window)}` };
  }
  const by = labels === joined ? '' : ` by ${plural(labels, 'label')}`;
  const { metric, operator, offset } = rule;
  const value = metrics[metric] ?? Number.NaN;
  const due = clears(bounds, operator, offset);
  const bound = operator.startsWith('>') ? `at least ${scoreText(bounds.lower)}` : `at most ${scoreText(bounds.upper)}`;
  const held = holds(value, operator, offset);
  const verb = held ? 'is' : 'is not';
  const sure = `${held && !due ? ', but not' : ''} with ${percentText(confidence)} confidence`;
  return {
    due,
    reason: `${metric} ${scoreText(value)} ${verb} ${operator} ${scoreText(offset)}${sure}: ${bound}, of ${plural(joined, 'labelled answer')}${by} ${since}${beside}`,
  };
}

function besideText({ unlabelled, unmatched, unread }: Joined): string {
  const left = [
    ...(unlabelled > 0 ? [`${plural(unlabelled, 'answer')} without a label`] : []),
    ...(unmatched > 0 ? [`${plural(unmatched, 'label')} without an answer`] : []),
    ...(unread > 0 ? [`${plural(unread, 'row')} of the labels could not be read`] : []),
  ];
  return left.length > 0 ? ` (${left.join(', ')})` : '';
}
