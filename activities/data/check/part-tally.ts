/** The tallies of all files of a part of a data set, put together. */

import type { Place } from '../../../spec/data/problems.ts';
import type { PartStats } from '../../../spec/data/report.ts';
import { Histogram } from './histogram.ts';
import { FIELDS_OF_ROW, type Tally, TOKENS } from './tally.ts';

export class PartTally {
  rows = 0;
  repeated = 0;
  /** Of them, those under another label. */
  conflicts = 0;
  /** Of them, those that say the same; of a classifier, and where a model is to be customized. */
  alike = 0;
  readonly labels = new Map<string, { count: number; readonly first: Place }>();
  #characters = 0;
  #tokens = 0;
  readonly #perRow = new Histogram();

  /** @param firstLine from where the tally's lines count */
  merge({ rows, characters, labels }: Tally, file: string, firstLine: number): void {
    this.rows += rows.length / FIELDS_OF_ROW;
    this.#characters += characters;
    for (let at = TOKENS; at < rows.length; at += FIELDS_OF_ROW) {
      const tokens = rows[at] as number;
      this.#tokens += tokens;
      this.#perRow.add(tokens);
    }
    for (const [label, { count, firstLine: line }] of labels) {
      const there = this.labels.get(label);
      if (there) there.count += count;
      else this.labels.set(label, { count, first: { file, line: firstLine + line } });
    }
  }

  stats(): PartStats {
    const byCount = [...this.labels].sort(([, a], [, b]) => b.count - a.count);
    return {
      rows: this.rows,
      characters: this.#characters,
      tokens: this.#tokens,
      tokensPerRow: {
        min: this.#perRow.min,
        median: this.#perRow.quantile(0.5),
        p95: this.#perRow.quantile(0.95),
        max: this.#perRow.max,
      },
      repeated: this.repeated,
      ...(byCount.length > 0
        ? { labels: Object.fromEntries(byCount.map(([label, { count }]) => [label, count])) }
        : {}),
    };
  }
}
