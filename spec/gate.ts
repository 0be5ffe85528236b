import { percentText } from './amounts.ts';
import type { Bounds } from './bootstrap.ts';
import { METRICS, type Metric, ROW_METRICS, type ScoreSummary } from './metrics.ts';
import { listed } from './suggest.ts';

const OPERATORS = ['>=', '<=', '>', '<', '=='] as const;
type Operator = (typeof OPERATORS)[number];

/** One condition of a gate: `accuracy >= 0.7`, `accuracy >= base + 0.05` or `accuracy >= champion + 0.01`. */
export interface Rule {
  readonly metric: Metric;
  readonly operator: Operator;
  /** The contender whose same metric the threshold starts from; without it the threshold is a plain number. */
  readonly relativeTo?: 'base' | 'champion';
  readonly offset: number;
}

/** A rule as a spec has it: of the whole test split, or of the rows of each value of a field. */
export type GateRule = string | { readonly rule: string; readonly per: string };

export const textOf = (rule: GateRule): string => (typeof rule === 'string' ? rule : rule.rule);

/** Fields that rules are held by, each once. */
export function fieldsOf(rules: readonly GateRule[]): string[] {
  return [...new Set(rules.flatMap((rule) => (typeof rule === 'string' ? [] : [rule.per])))];
}

/** Rows of the test split that have a value of a field. */
export interface Slice {
  readonly field: string;
  /** Empty where they have none. */
  readonly value: string;
}

/** How sure a difference to the champion is. */
export interface Interval {
  /** The candidate's value less the champion's. */
  readonly difference: number;
  /** The difference is at least this, with the confidence, */
  readonly lower: number;
  /** and at most this, by itself. */
  readonly upper: number;
  readonly confidence: number;
  /** Rows that count another way for the one than for the other. */
  readonly differing: number;
}

/** Contenders on the same rows, by one metric. */
export interface Comparison {
  readonly metric: Metric;
  readonly slice?: Slice;
  readonly rows: number;
  readonly candidate: number;
  readonly base?: number;
  readonly champion?: number;
  /** Of candidate and champion. */
  readonly interval?: Interval;
}

export interface RuleVerdict {
  readonly rule: string;
  readonly slice?: Slice;
  readonly passed: boolean;
  /** The candidate's value. */
  readonly value: number;
  /** What it was compared with, after the other's score was put in; absent where there is no champion. */
  readonly threshold?: number;
  /** Of a rule relative to the champion. */
  readonly interval?: Interval;
  /** Of a slice, or of an interval. */
  readonly rows?: number;
  /** One sentence for people, with all values. */
  readonly reason: string;
}

export interface GateVerdict {
  readonly passed: boolean;
  readonly rules: readonly RuleVerdict[];
}

const RULE = /^\s*(\w+)\s*(>=|<=|==|>|<)\s*(?:(base|champion)\s*(?:([+-])\s*(\d+(?:\.\d+)?))?|(-?\d+(?:\.\d+)?))\s*$/;

/** Reads a rule. Throws a `RangeError` that says what is wrong with it. */
export function parseRule(text: string): Rule {
  const match = RULE.exec(text);
  if (!match) {
    throw new RangeError(
      `not a gate rule: ${JSON.stringify(text)}; write it as "accuracy >= 0.70", "accuracy >= base + 0.05" or "accuracy >= champion + 0.01"`,
    );
  }
  const [, metric, operator, relativeTo, sign, difference, absolute] = match;
  if (!METRICS.includes(metric as Metric)) {
    throw new RangeError(
      `unknown metric ${JSON.stringify(metric)} in ${JSON.stringify(text)}; known: ${listed(METRICS)}`,
    );
  }
  return {
    metric: metric as Metric,
    operator: operator as Operator,
    ...(relativeTo ? { relativeTo: relativeTo as 'base' | 'champion' } : {}),
    offset: absolute === undefined ? Number(difference ?? 0) * (sign === '-' ? -1 : 1) : Number(absolute),
  };
}

/** Why no rows could decide on a rule, though it can be read; `undefined` where they can. */
export function undecidable({ metric, operator, relativeTo }: Rule, per?: string): string | undefined {
  if (relativeTo !== 'champion' && per === undefined) return undefined;
  if (!ROW_METRICS.has(metric)) {
    return `${metric} is not told of each row, so that it cannot be compared ${per === undefined ? 'with the champion' : `per ${per}`}`;
  }
  if (relativeTo !== 'champion' || operator !== '==') return undefined;
  return 'no number of rows proves a model equal to the champion; write >= or <=';
}

/** Whether a rule is held against the champion. */
export const isRelativeToChampion = (rule: GateRule): boolean => parseRule(textOf(rule)).relativeTo === 'champion';

/** Whether a rule needs the predictions of the rows, and not the scores of the whole test split alone. */
export const isOfRows = (rule: GateRule): boolean => typeof rule !== 'string' || isRelativeToChampion(rule);

// Scores are ratios of counts: differences below this come from floating point, not from the model.
const EPSILON = 1e-9;

export function holds(value: number, operator: Operator, threshold: number): boolean {
  // JSON between the steps turns NaN into null, which compares as 0.
  if (!Number.isFinite(value) || !Number.isFinite(threshold)) return false;
  switch (operator) {
    case '>=':
      return value >= threshold - EPSILON;
    case '<=':
      return value <= threshold + EPSILON;
    case '>':
      return value > threshold + EPSILON;
    case '<':
      return value < threshold - EPSILON;
    case '==':
      return Math.abs(value - threshold) <= EPSILON;
  }
}

/**
 * Whether what lies between bounds is beyond a threshold with their confidence. A bound that only reaches it does not do:
 * with few rows, chance leads there too often.
 */
export function clears({ lower, upper }: Bounds, operator: Operator, threshold: number): boolean {
  return operator.startsWith('>') ? holds(lower, '>', threshold) : holds(upper, '<', threshold);
}

/** Of a difference. Where no row differs there is nothing to be unsure of. */
function clearsOffset(interval: Interval, operator: Operator, offset: number): boolean {
  const { difference, differing } = interval;
  return differing === 0 ? holds(difference, operator, offset) : clears(interval, operator, offset);
}

/** Scores as reasons have them. */
export const scoreText = (value: number): string => (Number.isFinite(value) ? value.toFixed(4) : 'NaN');
const signed = (value: number): string => `${value < 0 ? '-' : '+'}${scoreText(Math.abs(value))}`;

/** What the rules are held against, beside the scores of the whole test split. */
export interface Evidence {
  readonly base?: ScoreSummary;
  readonly candidate: ScoreSummary;
  /** Of the rules that are relative to the champion, or of slices. */
  readonly comparisons?: readonly Comparison[];
  /** Why there is no champion to compare with: none was handed over yet, or it is gone. */
  readonly noChampion?: { readonly yet: true } | { readonly gone: string };
}

/**
 * Holds the candidate against the rules; all must hold, and no rules means passed. A rule relative to a champion that never
 * was holds; one that is gone can be held by nobody. Throws a `RangeError` when a rule compares with what was not evaluated.
 */
export function evaluateGate(rules: readonly GateRule[], evidence: Evidence): GateVerdict {
  const verdicts = rules.flatMap((given) => {
    const text = textOf(given);
    const rule = parseRule(text);
    const per = typeof given === 'string' ? undefined : given.per;
    const absent = rule.relativeTo === 'champion' ? evidence.noChampion : undefined;
    if (absent) return [withoutChampion(text, rule, per, absent, evidence)];
    const compared = comparedBy(rule, per, evidence);
    if (compared.length === 0) {
      const lacking = per === undefined ? `there is no ${rule.relativeTo}` : `there are no rows by ${per}`;
      throw new RangeError(`${text}: ${lacking} to compare with`);
    }
    return compared.map((each) => verdictOf(text, rule, each));
  });
  return { passed: verdicts.every((verdict) => verdict.passed), rules: verdicts };
}

/** The scores that a rule is held against. */
function comparedBy(
  { metric, relativeTo }: Rule,
  per: string | undefined,
  { base, candidate, comparisons = [] }: Evidence,
): readonly Comparison[] {
  if (per !== undefined || relativeTo === 'champion') {
    return comparisons.filter((each) => {
      if (each.metric !== metric || each.slice?.field !== per) return false;
      return relativeTo === undefined || each[relativeTo] !== undefined;
    });
  }
  if (relativeTo && !base) return [];
  const value = (scores: ScoreSummary): number => scores.metrics[metric] ?? Number.NaN;
  return [{ metric, rows: candidate.rows, candidate: value(candidate), ...(base && { base: value(base) }) }];
}

function verdictOf(text: string, rule: Rule, compared: Comparison): RuleVerdict {
  const { metric, operator, relativeTo, offset } = rule;
  const { slice, rows, candidate: value, interval } = compared;
  const from = relativeTo ? (compared[relativeTo] ?? Number.NaN) : 0;
  const threshold = from + offset;
  const against = relativeTo === 'champion' ? interval : undefined;
  const passed = against ? clearsOffset(against, operator, offset) : holds(value, operator, threshold);
  const other = relativeTo ? `${scoreText(threshold)} (${relativeTo} ${scoreText(from)})` : scoreText(threshold);
  const where = slice ? `${slice.field} ${slice.value || 'not given'}: ` : '';
  const sure = against
    ? ` with ${percentText(against.confidence)} confidence: ${boundsText(against, operator)}, of`
    : '';
  const counted = against || slice ? `${against ? sure : ', of'} ${rows} rows` : '';
  return {
    rule: text,
    ...(slice && { slice }),
    passed,
    value,
    threshold,
    ...(against && { interval: against }),
    ...((against || slice) && { rows }),
    reason: `${where}${metric} ${scoreText(value)} ${passed ? 'is' : 'is not'} ${operator} ${other}${counted}`,
  };
}

function boundsText({ difference, lower, upper, differing }: Interval, operator: Operator): string {
  const bound = operator.startsWith('>') ? `at least ${signed(lower)}` : `at most ${signed(upper)}`;
  return differing === 0 ? 'no row differs' : `the difference ${signed(difference)} is ${bound}`;
}

function withoutChampion(
  text: string,
  { metric }: Rule,
  per: string | undefined,
  absent: NonNullable<Evidence['noChampion']>,
  { candidate }: Evidence,
): RuleVerdict {
  const value = candidate.metrics[metric] ?? Number.NaN;
  const what = `${metric} ${scoreText(value)}${per === undefined ? '' : `, per ${per},`}`;
  const reason =
    'yet' in absent
      ? `${what} is held against nothing: there is no champion yet`
      : `${what} cannot be held against the champion, as ${absent.gone}; drop the rule to hand a model over without`;
  return { rule: text, passed: 'yet' in absent, value, reason };
}
