import { now } from '../../aws/operations.ts';
import { validationError } from '../../aws/protocol.ts';
import type { Metric, MetricDefinition } from './job.ts';

/** Python's escapes that JavaScript reads as plain letters. */
const PYTHON_ONLY = /(?<!\\)(?:\\\\)*\\[AZ]/;

/** Reads metrics off a job's log: the first group of a match is the value, and the last value counts. */
export class MetricScanner {
  readonly #regexes: readonly { readonly name: string; readonly regex: RegExp }[];
  readonly #metrics = new Map<string, Metric>();

  /** Throws a ValidationException for an expression that only Python understands. */
  constructor(definitions: readonly MetricDefinition[] = []) {
    this.#regexes = definitions.map(({ Name, Regex }) => ({ name: Name, regex: compile(Name, Regex) }));
  }

  /** Takes a line of the log; true where it told a metric. */
  scan(line: string): boolean {
    let found = false;
    for (const { name, regex } of this.#regexes) {
      for (const match of line.matchAll(regex)) {
        const value = Number(match[1] || Number.NaN);
        if (!Number.isFinite(value)) continue;
        this.#metrics.set(name, { MetricName: name, Value: value, Timestamp: now() });
        found = true;
      }
    }
    return found;
  }

  get values(): Metric[] {
    return [...this.#metrics.values()];
  }
}

function compile(name: string, regex: string): RegExp {
  const python = PYTHON_ONLY.test(regex);
  try {
    if (!python) return new RegExp(regex, 'g');
  } catch {
    // Reported below.
  }
  throw validationError(
    `The regular expression of metric ${name} cannot be used in the laptop region: ${regex}. ` +
      'It runs on JavaScript, without named groups (?P<name>), inline flags (?i), \\A and \\Z',
  );
}
