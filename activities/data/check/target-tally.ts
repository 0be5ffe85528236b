/** What is counted of rows for a model of Bedrock that they are to customize. */
import { type Looked, type TrainingTarget, trainingData } from '../../../spec/bedrock/training-data.ts';
import type { Example } from '../../../spec/data/examples.ts';
import { DataProblems, type ProblemGroup } from '../../../spec/data/problems.ts';

/** What some rows add up to, in a form that threads can hand to each other. */
export interface TargetTally {
  /** Rows that the model takes. */
  readonly records: number;
  readonly characters: number;
  readonly errors: readonly ProblemGroup[];
  readonly warnings: readonly ProblemGroup[];
}

export class TargetTallier {
  readonly #look: (example: Example) => Looked;
  #records = 0;
  #characters = 0;
  #errors = new DataProblems();
  #warnings = new DataProblems();

  constructor(target: TrainingTarget) {
    this.#look = trainingData(target);
  }

  add(example: Example, line: number): void {
    const looked = this.#look(example);
    if ('error' in looked) {
      this.#errors.add({ ...looked.error, file: '', line });
      return;
    }
    for (const doubt of looked.doubts) this.#warnings.add({ ...doubt, file: '', line });
    this.#records += 1;
    this.#characters += looked.characters;
  }

  finished(): TargetTally {
    const tally = {
      records: this.#records,
      characters: this.#characters,
      errors: this.#errors.groups(),
      warnings: this.#warnings.groups(),
    };
    this.#records = 0;
    this.#characters = 0;
    this.#errors = new DataProblems();
    this.#warnings = new DataProblems();
    return tally;
  }
}
