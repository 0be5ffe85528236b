/** A metric of what a served model answered, on labels that came later. Pure. */
import { formatCount, plural } from '../amounts.ts';
import { evaluateGate, parseRule, type Rule } from '../gate.ts';
import { type MetricValues, ROW_METRICS, type ScoreSummary } from '../metrics.ts';
import { listed } from '../suggest.ts';
import { moreText, sinceText, type Window } from './window.ts';

/** `retrain.when.liveMetric`. */
export interface LiveMetric {
  /** The model is trained again when it holds. */
  readonly rule: string;
  /** `s3://` address of the labels. */
  readonly labels: string;
  /** With fewer answers that have a label nothing is decided. */
  readonly minRows: number;
  /** How far back answers count: `7d`. */
  readonly window: string;
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
  return rule;
}

/** What labels and captured answers came to. */
export interface Joined {
  readonly joined: number;
  readonly unlabelled: number;
  readonly unmatched: number;
  readonly unread: number;
  /** Absent where nothing was joined. */
  readonly scores?: ScoreSummary;
}

export function liveVerdict(
  { joined, unlabelled, unmatched, unread, scores }: Joined,
  { rule, minRows }: LiveMetric,
  window: Window,
): { readonly due: boolean; readonly reason: string; readonly metrics?: MetricValues } {
  const left = [
    ...(unlabelled > 0 ? [`${plural(unlabelled, 'answer')} without a label`] : []),
    ...(unmatched > 0 ? [`${plural(unmatched, 'label')} without an answer`] : []),
    ...(unread > 0 ? [`${plural(unread, 'row')} of the labels could not be read`] : []),
  ];
  const since = sinceText(window);
  const beside = left.length > 0 ? ` (${left.join(', ')})` : '';
  if (!scores || joined < minRows) {
    const few = `${plural(joined, 'captured answer')} ${since} with a label ${joined === 1 ? 'is' : 'are'} too few to tell ${parseRule(rule).metric}`;
    return {
      due: false,
      reason: `${few}: at least ${formatCount(minRows)} are wanted${beside}; ${moreText(window)}`,
      ...(scores && { metrics: scores.metrics }),
    };
  }
  const { passed, rules } = evaluateGate([rule], { candidate: scores });
  return {
    due: passed,
    reason: `${rules[0]?.reason}, of ${plural(joined, 'labelled answer')} ${since}${beside}`,
    metrics: scores.metrics,
  };
}
