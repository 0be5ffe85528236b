/** Labels that came later: right answers to what a served model was asked, by the id of the request or by the question. */
import { hash } from 'node:crypto';
import { conversePrompt, wordingOf } from '../../spec/bedrock/question.ts';
import { rowOptionsOf } from '../../spec/bedrock/target.ts';
import { answerOf, type Example, inputOf, normalise } from '../../spec/data/examples.ts';
import { type ColumnName, detectFormat, fieldOf, type Shape, shapeOf } from '../../spec/data/formats.ts';
import { describeProblem, type RowProblem } from '../../spec/data/problems.ts';
import { exampleReader, type Fields } from '../../spec/data/read-example.ts';
import { isBedrock } from '../../spec/engine.ts';
import { questionIn } from '../../spec/monitoring/observe.ts';
import type { Spec } from '../../spec/spec.ts';
import { rowsOf } from '../data/read-examples.ts';
import { findSourceFiles, type SourceRoot } from '../data/source-files.ts';
import { failure } from '../errors.ts';

/** They are held in memory while the traffic is read. */
const MOST_LABELS = 1_000_000;

/** The field of a label that names a request, as callers did: SageMaker's `InferenceId`. */
const INFERENCE_ID = 'inferenceId';

/** Columns that hold what is right, in a row that names a request and need not repeat the question. */
const ANSWERS: readonly ColumnName[] = ['label', 'completion', 'output', 'reference_answer'];

export interface Label {
  readonly right: string;
  /** Answers that it was found for, by their number. */
  readonly answers: number[];
}

const keyOf = (kind: 'id' | 'question', text: string): string =>
  hash('sha256', `${kind} ${text}`, 'base64').slice(0, 22);

/** The labels below an address; the last one of a request or of a question counts. */
export class Labels {
  readonly #byKey = new Map<string, Label>();
  unread = 0;
  firstUnread: string | undefined;

  /** Reads them in the format of the spec's data. Those that cannot be read are left out, and told. */
  static async read(address: string, spec: Spec, s3: SourceRoot['s3'], signal?: AbortSignal): Promise<Labels> {
    const labels = new Labels();
    const { columns } = spec.data;
    const askedAs = questionOf(spec);
    let read: ((row: Fields) => Example | RowProblem) | undefined;
    for (const file of await findSourceFiles(address, { directory: '/', s3 }, spec.data.format)) {
      for await (const rows of rowsOf(file, { columns }, s3, () => {})) {
        signal?.throwIfAborted();
        for (const raw of rows) {
          const place = { file: file.name, line: raw.line };
          if ('problem' in raw) {
            labels.#leaveOut(describeProblem({ ...raw.problem, ...place }));
            continue;
          }
          const { row } = raw;
          const named = namedLabel(row, columns);
          if (named) {
            labels.#add(keyOf('id', named.id), named.right);
            continue;
          }
          read ??= readerOf(row, spec);
          const example = read(row);
          if ('code' in example) labels.#leaveOut(describeProblem({ ...example, ...place }));
          else labels.#add(keyOf('question', normalise(askedAs(example))), answerOf(example));
        }
      }
    }
    return labels;
  }

  #add(key: string, right: string): void {
    this.#byKey.set(key, { right, answers: [] });
    if (this.#byKey.size <= MOST_LABELS) return;
    const most = MOST_LABELS.toLocaleString('en');
    throw failure(
      'InvalidData',
      `retrain.when.liveMetric.labels: there are more than ${most}; keep those of late there`,
    );
  }

  #leaveOut(why: string): void {
    this.unread += 1;
    this.firstUnread ??= why;
  }

  get count(): number {
    return this.#byKey.size;
  }

  /** What is right; `undefined` where no label tells. */
  find(inferenceId: string | undefined, question: string | undefined): Label | undefined {
    return (
      (inferenceId === undefined ? undefined : this.#byKey.get(keyOf('id', inferenceId))) ??
      (question === undefined ? undefined : this.#byKey.get(keyOf('question', normalise(question))))
    );
  }

  /** The answers that each label was found for, of those that were. */
  answered(): number[][] {
    return [...this.#byKey.values()].flatMap(({ answers }) => (answers.length > 0 ? [answers] : []));
  }
}

function namedLabel(
  row: Fields,
  columns: Shape['columns'],
): { readonly id: string; readonly right: string } | undefined {
  const id = row[INFERENCE_ID];
  const answer = ANSWERS.map((column) => row[fieldOf(columns, column)]).find((value) => value !== undefined);
  if (typeof id !== 'string' || id === '') return undefined;
  return typeof answer === 'string' || typeof answer === 'number' ? { id, right: String(answer) } : undefined;
}

function readerOf(row: Fields, spec: Spec): (row: Fields) => Example | RowProblem {
  const options = rowOptionsOf(spec);
  const format = options.format ?? detectFormat([row], options) ?? 'classification';
  return exampleReader(shapeOf(format, options.columns));
}

/** A question as a caller of the model asks it. */
function questionOf(spec: Spec): (example: Example) => string {
  if (!isBedrock(spec)) return (example) => questionIn(inputOf(example)).text ?? '';
  const wording = wordingOf(spec);
  return (example) => questionIn({ messages: conversePrompt(example, wording).messages }).text ?? '';
}
