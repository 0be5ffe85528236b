/** Verdicts on a data set for the models of Bedrock that it is to customize. */

import { limitsOf } from '../../../spec/bedrock/models.ts';
import { sizeProblems, type TrainingSizes } from '../../../spec/bedrock/set-limits.ts';
import { estimatedTokens, type TrainingTarget } from '../../../spec/bedrock/training-data.ts';
import { DataProblems } from '../../../spec/data/problems.ts';
import type { PartName, TargetReport } from '../../../spec/data/report.ts';
import type { SplitOptions } from '../../../spec/data/split.ts';
import type { PartTally } from './part-tally.ts';
import { placed } from './placed.ts';
import type { TargetTally } from './target-tally.ts';

/** What the rows of all files come to for one model. */
export class TargetSums {
  readonly #target: TrainingTarget;
  readonly #errors = new DataProblems();
  readonly #warnings = new DataProblems();
  readonly #records = new Map<PartName, number>();
  readonly #characters = new Map<PartName, number>();

  constructor(target: TrainingTarget) {
    this.#target = target;
  }

  /** @param firstLine from where the tally's lines count */
  merge(tally: TargetTally, part: PartName, file: string, firstLine: number): void {
    this.#errors.merge(placed(tally.errors, file, firstLine));
    this.#warnings.merge(placed(tally.warnings, file, firstLine));
    this.#records.set(part, (this.#records.get(part) ?? 0) + tally.records);
    this.#characters.set(part, this.#charactersOf(part) + tally.characters);
  }

  #charactersOf(part: PartName): number {
    return this.#characters.get(part) ?? 0;
  }

  /**
   * @param path of the rows to train on
   * @param trained what is known of them beside: how many stand in a source before or say the same, and under how many labels
   */
  report(
    path: string,
    split: SplitOptions | undefined,
    trained: Pick<PartTally, 'repeated' | 'alike' | 'labels'>,
  ): TargetReport {
    const { model, customization, limits: given } = this.#target;
    const facts = model.customizations[customization];
    const limits = given ?? (facts ? limitsOf(facts) : {});
    const [most, least] = this.#sizes(split, trained);
    // Rows that cannot be used may be put right: then there are no fewer, and perhaps enough.
    const problems = sizeProblems(this.#errors.count > 0 ? ANY : most, limits, least);
    for (const problem of problems) this.#errors.add({ ...problem, file: path, line: 0 });
    const records = { train: most.train.records, validation: most.validation.records };
    // Of a source, the rows that will be tested with are among those that were counted.
    const counted = [...this.#records.values()].reduce((sum, each) => sum + each, 0);
    const characters = [...this.#characters.values()].reduce((sum, each) => sum + each, 0);
    const share = counted === 0 ? 0 : (records.train + records.validation) / counted;
    return {
      target: this.#target,
      records,
      tokens: estimatedTokens(characters * share, model),
      errors: this.#errors.groups(),
      warnings: this.#warnings.groups(),
    };
  }

  /**
   * The most and the least that the files will hold. Rows that say the same are taken once; where a question has several
   * answers, only dividing finds all of those, and where groups go. Of bytes only the texts are counted.
   */
  #sizes(
    split: SplitOptions | undefined,
    { repeated, alike, labels }: Pick<PartTally, 'repeated' | 'alike' | 'labels'>,
  ): readonly [most: TrainingSizes, least: TrainingSizes] {
    const count = (part: PartName): number => this.#records.get(part) ?? 0;
    if (split === undefined) {
      const of = (part: PartName) => ({ records: count(part), bytes: this.#charactersOf(part) });
      const given = { train: of('train'), validation: of('validation') };
      return [given, given];
    }
    const rows = count('source');
    const distinct = Math.max(0, rows - repeated);
    const most = divided(labels.size > 0 ? distinct : rows - alike, split, labels.size);
    if (split.by !== undefined) return [{ ...most, train: { records: rows, bytes: 0 } }, NOTHING];
    return [most, divided(distinct, split, labels.size)];
  }
}

const sizes = (each: number): TrainingSizes => {
  const file = { records: each, bytes: each };
  return { train: file, validation: file };
};
const NOTHING = sizes(0);
const ANY = sizes(Number.POSITIVE_INFINITY);

/** How rows will be divided; each label keeps one to train on. */
function divided(rows: number, split: SplitOptions, labels: number): TrainingSizes {
  const spare = Math.max(0, rows - Math.max(1, labels));
  const test = Math.min(spare, Math.round(rows * split.test));
  const validation = Math.min(spare - test, Math.round(rows * split.validation));
  return { train: { records: rows - test - validation, bytes: 0 }, validation: { records: validation, bytes: 0 } };
}
