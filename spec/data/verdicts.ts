/** What makes a row, or a data set as a whole, unfit or doubtful: one set of rules for `temper check` and for runs. */
import { shown } from '../shown.ts';
import { type Example, inputOf, jsonLine, type Kind, questionOf } from './examples.ts';
import { fieldOf, knownFormats, type Shape } from './formats.ts';
import { type DataProblem, type Place, placeOf, type RowProblem } from './problems.ts';

/** Batch transform sends at most 6 MB at once, and each row of the test split must fit. */
const MAX_TEST_ROW_BYTES = 5_000_000;
/** Escaped as in `\u0001`. */
const MAX_BYTES_PER_CHARACTER = 6;

/** A row to test with that does not fit into a request. */
export function tooLargeToAsk(example: Example): RowProblem | undefined {
  const text = questionOf(example);
  // Most rows are far from the limit, and need not be written out to know it.
  if (text.length * MAX_BYTES_PER_CHARACTER <= MAX_TEST_ROW_BYTES) return undefined;
  const bytes = Buffer.byteLength(jsonLine(inputOf(example)));
  if (bytes <= MAX_TEST_ROW_BYTES) return undefined;
  return {
    code: 'too_large',
    message: `the text is larger than ${MAX_TEST_ROW_BYTES / 1e6} MB, too large for a request to the model`,
    value: `${(bytes / 1e6).toFixed(1)} MB: ${shown(text)}`,
    fix: 'shorten it or leave the row out',
  };
}

/** A row to test with that answers could not be held against. */
export function withoutReference(example: Example): RowProblem | undefined {
  if (example.kind !== 'prompt' || example.reference_answer !== undefined) return undefined;
  return {
    code: 'no_answer',
    message: 'a prompt that may be tested with has no answer to score by',
    value: shown(questionOf(example)),
    fix: 'add a completion or reference_answer, or hold none back: data.split.test: 0',
  };
}

/** A row without the field by which rows are kept together. */
export function withoutGroup(field: string, example: Example): RowProblem {
  return {
    code: 'missing_field',
    message: `field "${field}" is missing or empty`,
    value: shown(questionOf(example)),
    fix: 'add it, or name the field that holds the group in data.split.by',
  };
}

/** Messages in an order that some chat templates refuse. */
export function doubtfulOrder(example: Example): RowProblem | undefined {
  if (example.kind !== 'chat') return undefined;
  const { messages } = example;
  const start = messages[0]?.role === 'system' ? 1 : 0;
  for (let i = start; i < messages.length; i += 1) {
    const role = messages[i]?.role;
    if (role === ((i - start) % 2 === 0 ? 'user' : 'assistant')) continue;
    return {
      code: 'role_order',
      message: 'user and assistant do not take turns',
      value: `messages[${i}] is the ${role}'s`,
      fix: 'some chat templates refuse it: see whether that of your model does',
    };
  }
  return undefined;
}

/** A row to test with that was trained on; `question`, where it is at hand, is shown. */
export function repeatedText(place: Place, other: Place, question?: string): DataProblem {
  return {
    code: 'repeated_text',
    message: 'the text stands in the training or validation split too',
    value: question === undefined ? `the same as ${placeOf(other)}` : `${question} is at ${placeOf(other)}`,
    fix: 'leave it out of one of them, or the scores say nothing',
    ...place,
  };
}

/** A label to test with that was not trained on. */
export function unknownLabel(label: string, place: Place, text?: string): DataProblem {
  return {
    code: 'unknown_label',
    message: `the label ${shown(label)} does not stand in the training split`,
    value: shown(text ?? label),
    fix: 'add rows of it to data.train, or correct it',
    ...place,
  };
}

/** A text under two labels; the first row of it is kept. */
export function conflictingLabel(place: Place, other: Place): DataProblem {
  return {
    code: 'conflicting_label',
    message: 'the text stands under another label too',
    value: `the same as ${placeOf(other)}`,
    fix: 'decide on one; a run keeps either',
    ...place,
  };
}

/** A data set with more labels than this has something else for labels. */
export const MAX_LABELS = 1000;

export function tooManyLabels(label: string, place: Place, shape: Shape): DataProblem {
  return {
    code: 'too_many_labels',
    message: `more than ${MAX_LABELS} labels`,
    value: `this one is ${shown(label)}`,
    fix: `is data.columns.label, ${shown(fieldOf(shape.columns, 'label'))}, an id?`,
    ...place,
  };
}

/** What is told of a path as a whole. */
const ofPath = (file: string, problem: RowProblem): DataProblem => ({ ...problem, file, line: 0 });

/** @param files how many were found */
export function noRows(path: string, files: number): DataProblem {
  const fix = files === 0 ? 'nothing lies there: correct the address' : 'write one example a line';
  return ofPath(path, { code: 'no_rows', message: 'there are no rows', value: '', fix });
}

export function noFormat(path: string, fields: readonly string[]): DataProblem {
  return ofPath(path, {
    code: 'unknown_format',
    message: 'the rows look like no known format',
    value: `fields ${fields.join(', ')}`,
    fix: `name the fields in data.columns, or one of these in data.format: ${knownFormats()}`,
  });
}

export function mixedKinds(
  first: { readonly path: string; readonly kind: Kind },
  path: string,
  kind: Kind,
): DataProblem {
  return ofPath(path, {
    code: 'mixed_kinds',
    message: `${first.path} holds ${first.kind} examples and ${path} ${kind}`,
    value: '',
    fix: 'all splits must be of one kind',
  });
}

export function oneLabel(path: string, label: string): DataProblem {
  return ofPath(path, {
    code: 'one_label',
    message: `all rows carry the label ${shown(label)}`,
    value: '',
    fix: 'add rows of another; a classifier needs two labels at least to train on',
  });
}

export function noneLeft(path: string, split: 'test' | 'validation', distinct: number): DataProblem {
  return ofPath(path, {
    code: 'too_few_rows',
    message: `${distinct} distinct rows leave none for ${split}`,
    value: '',
    fix: `add rows or change data.split.${split}`,
  });
}

/** Labels that differ in case or space only: to a classifier they are two. */
export function similarLabels(path: string, labels: readonly string[]): DataProblem {
  return ofPath(path, {
    code: 'similar_labels',
    message: 'labels differ in case or space only',
    value: labels.map(shown).join(', '),
    fix: 'write them alike, or they are learnt as different ones',
  });
}
