/** Verdicts on a data set for the models of Bedrock that it is to customize. */

import { limitsOf } from '../../../spec/bedrock/models.ts';
import { sizeProblems } from '../../../spec/bedrock/set-limits.ts';
import { estimatedTokens, type TrainingTarget } from '../../../spec/bedrock/training-data.ts';
import { DataProblems } from '../../../spec/data/problems.ts';
import type { PartName, TargetReport } from '../../../spec/data/report.ts';
import type { SplitOptions } from '../../../spec/data/split.ts';
import { placed } from './placed.ts';
import type { TargetTally } from './target-tally.ts';

/** What the rows of all files come to for one model. */
export class TargetSums {
  readonly #target: TrainingTarget;
  readonly #errors = new DataProblems();
  readonly #warnings = new DataProblems();
  readonly #records = new Map<PartName, number>();
  #characters = 0;

  constructor(target: TrainingTarget) {
    this.#target = target;
  }

  /** @param firstLine from where the tally's lines count */
  merge(tally: TargetTally, part: PartName, file: string, firstLine: number): void {
    this.#errors.merge(placed(tally.errors, file, firstLine));
    this.#warnings.merge(placed(tally.warnings, file, firstLine));
    this.#records.set(part, (this.#records.get(part) ?? 0) + tally.records);
    this.#characters += tally.characters;
  }

  /**
   * @param path of the rows to train on
   * @param repeated rows of a source that is to be divided that stand in it before
   */
  report(path: string, split: SplitOptions | undefined, repeated: number): TargetReport {
    const { model, customization, limits: given } = this.#target;
    const facts = model.customizations[customization];
    const limits = given ?? (facts ? limitsOf(facts) : {});
    const records = this.#divided(split, repeated);
    // The files are written when the run comes to it: their texts are the least that they hold.
    const validation =
      records.train + records.validation === 0 ? 0 : records.validation / (records.train + records.validation);
    const bytes = (share: number): number => Math.floor(this.#characters * share);
    const sizes = {
      train: { records: records.train, bytes: bytes(1 - validation) },
      validation: { records: records.validation, bytes: bytes(validation) },
    };
    // Where rows cannot be used their number says nothing.
    const problems = this.#errors.count > 0 ? [] : sizeProblems(sizes, limits);
    for (const problem of problems) this.#errors.add({ ...problem, file: path, line: 0 });
    return {
      target: this.#target,
      records,
      tokens: estimatedTokens(this.#characters, model),
      errors: this.#errors.groups(),
      warnings: this.#warnings.groups(),
    };
  }

  /** Rows of each split: as given, or as a source will be divided. */
  #divided(split: SplitOptions | undefined, repeated: number): TargetReport['records'] {
    const count = (part: PartName): number => this.#records.get(part) ?? 0;
    if (split === undefined) return { train: count('train'), validation: count('validation') };
    const distinct = Math.max(0, count('source') - repeated);
    const [test, validation] = [Math.round(distinct * split.test), Math.round(distinct * split.validation)];
    return { train: Math.max(0, distinct - test - validation), validation };
  }
}
