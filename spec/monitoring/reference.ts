/** Makes the reference of a champion: what its training split is like. Pure. */
import { type FeatureReference, referenceOf, type Value } from './bins.ts';
import type { Reference } from './drift.ts';
import { type Feature, featuresOf, type Observation, UNKNOWN_WORDS } from './features.ts';
import { VocabularyBuilder } from './text.ts';

const NO_WORDS: ReadonlySet<string> = new Set();

interface Column {
  readonly feature: Feature;
  readonly values: Value[];
}

const isUnknownWords = ({ feature: { name, of } }: Column): boolean =>
  of === 'question' && name.endsWith(UNKNOWN_WORDS);

/** Takes the rows of a training split, or a sample of them: of each, a few numbers are kept. */
export class ReferenceBuilder {
  readonly #columns: readonly Column[];
  readonly #vocabulary: VocabularyBuilder | undefined;
  readonly #fields = new Set<string>();
  #rows = 0;

  /** @param of as the spec has it */
  constructor(of: readonly string[]) {
    this.#columns = featuresOf(of).map((feature) => ({ feature, values: [] }));
    this.#vocabulary = this.#columns.some(isUnknownWords) ? new VocabularyBuilder() : undefined;
  }

  /** What was asked, and what came with it. */
  addQuestion(question: Pick<Observation, 'text' | 'fields'>): void {
    this.#rows += 1;
    this.#vocabulary?.add(question.text);
    for (const field of Object.keys(question.fields)) this.#fields.add(field);
    for (const column of this.#columns) {
      if (column.feature.of === 'answer' || isUnknownWords(column)) continue;
      column.values.push(column.feature.value(question, NO_WORDS));
    }
  }

  /** What the model answered where it was evaluated, or where it was not, what it was to answer. */
  addAnswer(answer: string): void {
    for (const { feature, values } of this.#columns) {
      if (feature.of === 'answer') values.push(feature.value({ answer, fields: {} }, NO_WORDS));
    }
  }

  build(): Reference {
    const features: FeatureReference[] = [];
    const lacking: { feature: string; reason: string }[] = [];
    for (const column of this.#columns) {
      const { feature, values } = column;
      const own = isUnknownWords(column) ? (this.#vocabulary?.unknownShares() ?? []) : values;
      const made = referenceOf(feature.name, own, feature.kind);
      if (typeof made === 'string') lacking.push({ feature: feature.name, reason: made });
      else features.push(made);
    }
    const words = this.#vocabulary?.words() ?? [];
    return { rows: this.#rows, features, lacking, words, fields: [...this.#fields].sort() };
  }
}
