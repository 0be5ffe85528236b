/** A number as a record holds it: JSON has no others than finite ones, and turns the rest into null. */
export type Metric = number | 'NaN' | 'Infinity' | '-Infinity';

/** The number, or its name where it is not finite: a loss that has diverged is to be seen. */
export function recordedNumber(value: number): Metric {
  return Number.isFinite(value) ? value : (String(value) as Exclude<Metric, number>);
}
