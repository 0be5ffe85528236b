import { METRICS, type Metric, type ScoreSummary } from './metrics.ts';
import { listed } from './suggest.ts';

const OPERATORS = ['>=', '<=', '>', '<', '=='] as const;
type Operator = (typeof OPERATORS)[number];

/** One condition of a gate: `accuracy >= 0.7` or `accuracy >= base + 0.05`. */
export interface Rule {
  readonly metric: Metric;
  readonly operator: Operator;
  /** The contender whose same metric the threshold starts from; without it the threshold is a plain number. */
  readonly relativeTo?: 'base';
  readonly offset: number;
}

export interface RuleVerdict {
  readonly rule: string;
  readonly passed: boolean;
  /** The candidate's value. */
  readonly value: number;
  /** What it was compared with, after the base's score was put in. */
  readonly threshold: number;
  /** One sentence for people, with both values. */
  readonly reason: string;
}

export interface GateVerdict {
  readonly passed: boolean;
  readonly rules: readonly RuleVerdict[];
}

const RULE = /^\s*(\w+)\s*(>=|<=|==|>|<)\s*(?:(base)\s*(?:([+-])\s*(\d+(?:\.\d+)?))?|(-?\d+(?:\.\d+)?))\s*$/;

/** Reads a rule. Throws a `RangeError` that says what is wrong with it. */
export function parseRule(text: string): Rule {
  const match = RULE.exec(text);
  if (!match) {
    throw new RangeError(
      `not a gate rule: ${JSON.stringify(text)}; write it as "accuracy >= 0.70" or "accuracy >= base + 0.05"`,
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
    ...(relativeTo ? { relativeTo: 'base' as const } : {}),
    offset: absolute === undefined ? Number(difference ?? 0) * (sign === '-' ? -1 : 1) : Number(absolute),
  };
}

// Scores are ratios of counts: differences below this come from floating point, not from the model.
const EPSILON = 1e-9;

function holds(value: number, operator: Operator, threshold: number): boolean {
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

const shown = (value: number): string => (Number.isFinite(value) ? value.toFixed(4) : 'NaN');

/**
 * Holds the candidate's scores against the rules; all must hold, and no rules means passed.
 * Throws a `RangeError` when a rule compares with a base that was not evaluated.
 */
export function evaluateGate(
  rules: readonly string[],
  scores: { readonly base?: ScoreSummary; readonly candidate: ScoreSummary },
): GateVerdict {
  const verdicts = rules.map((text): RuleVerdict => {
    const rule = parseRule(text);
    if (rule.relativeTo && !scores.base) throw new RangeError(`${text}: there is no base to compare with`);
    const from = rule.relativeTo ? (scores.base?.metrics[rule.metric] ?? Number.NaN) : 0;
    const value = scores.candidate.metrics[rule.metric] ?? Number.NaN;
    const threshold = from + rule.offset;
    const passed = holds(value, rule.operator, threshold);
    const compared = rule.relativeTo ? `${shown(threshold)} (base ${shown(from)})` : shown(threshold);
    return {
      rule: text,
      passed,
      value,
      threshold,
      reason: `${rule.metric} ${shown(value)} ${passed ? 'is' : 'is not'} ${rule.operator} ${compared}`,
    };
  });
  return { passed: verdicts.every((verdict) => verdict.passed), rules: verdicts };
}
