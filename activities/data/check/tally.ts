/** What is counted of each row, in a form that threads can hand to each other. */
import type { TrainingTarget } from '../../../spec/bedrock/training-data.ts';
import { answerOf, type Example, questionOf } from '../../../spec/data/examples.ts';
import { columnsOf, fieldOf, type Shape } from '../../../spec/data/formats.ts';
import { DataProblems, type ProblemGroup, type RowProblem } from '../../../spec/data/problems.ts';
import { type ExampleReader, exampleReader, type Fields, groupOf } from '../../../spec/data/read-example.ts';
import {
  doubtfulOrder,
  MAX_LABELS,
  tooLargeToAsk,
  withoutGroup,
  withoutReference,
} from '../../../spec/data/verdicts.ts';
import {
  type Block,
  type LineReader,
  plainTextReader,
  type RawRow,
  type ReadRow,
  readJsonLine,
  visitLines,
} from '../json-lines.ts';
import type { Container } from '../source-files.ts';
import { QuestionHash } from './question-hash.ts';
import { TargetTallier, type TargetTally } from './target-tally.ts';

/** What the rows are from, and for. */
export interface Purpose {
  readonly container: Container;
  /** Whether the rows, or some of them, are to be sent to a model. */
  readonly forTest: boolean;
  /** Whether the rows, or some of them, are trained on. */
  readonly forTraining: boolean;
  /** Field by which rows are kept together; every row must have it. */
  readonly groupBy?: string | undefined;
}

/** Numbers kept of each usable row, side by side. */
export const FIELDS_OF_ROW = 5;
export const HIGH = 0;
export const LOW = 1;
export const ANSWER = 2;
export const LINE = 3;
export const TOKENS = 4;

export interface LabelCount {
  count: number;
  readonly firstLine: number;
}

/** What some rows add up to. */
export interface Tally {
  readonly lines: number;
  /** Of each usable row: hash of its question, twice 32 bits, of its label, its line, and its tokens. */
  readonly rows: Uint32Array<ArrayBuffer>;
  readonly characters: number;
  readonly labels: ReadonlyMap<string, LabelCount>;
  /** Fields that no column is read from, and in how many rows they stand. */
  readonly unused: ReadonlyMap<string, number>;
  readonly errors: readonly ProblemGroup[];
  readonly warnings: readonly ProblemGroup[];
  /** Of each model that the rows are to customize. */
  readonly targets: readonly TargetTally[];
}

/** English text comes to about four bytes a token, in the tokenizers of today's models. */
const BYTES_PER_TOKEN = 4;

const FIRST_ROWS = 1024;

/** Counts rows, some at a time. */
export class Tallier {
  readonly #read: ExampleReader;
  readonly #readText: LineReader;
  readonly #used: ReadonlySet<string>;
  readonly #question = new QuestionHash();
  readonly #answer = new QuestionHash();
  readonly #targets: readonly TargetTallier[];
  #rows = new Uint32Array(FIRST_ROWS * FIELDS_OF_ROW);
  #length = 0;
  #characters = 0;
  #labels = new Map<string, LabelCount>();
  #unused = new Map<string, number>();
  #errors = new DataProblems();
  #warnings = new DataProblems();

  constructor(shape: Shape, targets: readonly TrainingTarget[] = []) {
    this.#targets = targets.map((target) => new TargetTallier(target));
    this.#read = exampleReader(shape);
    this.#readText = plainTextReader(fieldOf(shape.columns, 'text'));
    this.#used = new Set(columnsOf(shape.format).map((column) => fieldOf(shape.columns, column)));
  }

  /** Of lines, which count from 0 here: their place in the file is not known yet. */
  ofBlock(block: Block, purpose: Purpose): Tally {
    const read = purpose.container === 'text' ? this.#readText : readJsonLine;
    return this.#finished(visitLines(block, 0, read, (line, found) => this.#add(line, found, purpose)));
  }

  /** Of rows that know their lines. */
  ofRows(rows: readonly RawRow[], purpose: Purpose): Tally {
    for (const raw of rows) this.#add(raw.line, raw, purpose);
    return this.#finished(0);
  }

  #add(line: number, found: ReadRow, purpose: Purpose): void {
    if ('problem' in found) {
      this.#errors.add({ ...found.problem, file: '', line });
      return;
    }
    const { row } = found;
    const example = this.#read(row);
    if ('code' in example) {
      this.#errors.add({ ...example, file: '', line });
      return;
    }
    const unfit = unfitFor(purpose, row, example);
    if (unfit) {
      this.#errors.add({ ...unfit, file: '', line });
      return;
    }
    // What a model makes of the order of messages is told by its own rules.
    if (this.#targets.length === 0) this.#warn(doubtfulOrder(example), line);
    if (purpose.forTraining) for (const target of this.#targets) target.add(example, line);
    for (const field in row) {
      if (example.kind !== 'prompt' && !this.#used.has(field))
        this.#unused.set(field, (this.#unused.get(field) ?? 0) + 1);
    }
    this.#count(example, line);
  }

  #warn(problem: RowProblem | undefined, line: number): void {
    if (problem) this.#warnings.add({ ...problem, file: '', line });
  }

  #count(example: Example, line: number): void {
    const answer = answerOf(example);
    this.#question.of(questionOf(example));
    if (this.#length + FIELDS_OF_ROW > this.#rows.length) {
      const rows = new Uint32Array(this.#rows.length * 2);
      rows.set(this.#rows);
      this.#rows = rows;
    }
    const [rows, at] = [this.#rows, this.#length];
    rows[at + HIGH] = this.#question.high;
    rows[at + LOW] = this.#question.low;
    if (example.kind === 'classification') this.#countLabel(answer, line);
    // Elsewhere a question may have several answers, and how many rows say the same matters to a model's limits only.
    if (example.kind === 'classification' || this.#targets.length > 0) {
      this.#answer.of(answer);
      rows[at + ANSWER] = this.#answer.low;
    }
    rows[at + LINE] = line;
    rows[at + TOKENS] = Math.ceil((this.#question.bytes + Buffer.byteLength(answer)) / BYTES_PER_TOKEN);
    this.#length += FIELDS_OF_ROW;
    this.#characters += charactersOf(example);
  }

  #countLabel(label: string, firstLine: number): void {
    const there = this.#labels.get(label);
    if (there) there.count += 1;
    else if (this.#labels.size <= MAX_LABELS) this.#labels.set(label, { count: 1, firstLine });
  }

  #finished(lines: number): Tally {
    const tally: Tally = {
      lines,
      rows: this.#rows.slice(0, this.#length),
      characters: this.#characters,
      labels: this.#labels,
      unused: this.#unused,
      errors: this.#errors.groups(),
      warnings: this.#warnings.groups(),
      targets: this.#targets.map((target) => target.finished()),
    };
    this.#length = 0;
    this.#characters = 0;
    this.#labels = new Map();
    this.#unused = new Map();
    this.#errors = new DataProblems();
    this.#warnings = new DataProblems();
    return tally;
  }
}

function unfitFor({ forTest, groupBy }: Purpose, row: Fields, example: Example): RowProblem | undefined {
  if (groupBy !== undefined && groupOf(row, groupBy) === '') return withoutGroup(groupBy, example);
  return forTest ? (withoutReference(example) ?? tooLargeToAsk(example)) : undefined;
}

function charactersOf(example: Example): number {
  switch (example.kind) {
    case 'classification':
    case 'text':
      return example.text.length;
    case 'completion':
      return (example.system?.length ?? 0) + example.prompt.length + example.completion.length;
    case 'chat':
    case 'prompt': {
      let characters = example.kind === 'prompt' ? answerOf(example).length : 0;
      for (const { content } of example.messages) characters += content.length;
      return characters;
    }
  }
}
