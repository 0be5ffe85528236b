import { type Document, parseDocument } from 'yaml';
import { lowerFirst } from './shown.ts';
import type { SpecProblem } from './spec-problems.ts';

/** A value that stands in for one of the file. */
export interface Override {
  /** The option as it was given. */
  readonly option: string;
  readonly steps: readonly string[];
}

/** The same from an option of its own. */
export interface NamedOverride {
  /** As it was given: `--every 1w`. */
  readonly option: string;
  /** As `--set` has it: `retrain.every=1w`. */
  readonly text: string;
}

/** Puts an override into the document, or says what is wrong with it. */
export function applyOverride(document: Document, given: string | NamedOverride): Override | SpecProblem {
  const { option, text } = typeof given === 'string' ? { option: `--set ${given}`, text: given } : given;
  const equals = text.indexOf('=');
  const path = text.slice(0, Math.max(equals, 0)).trim();
  const problem = (message: string, fix: string): SpecProblem => {
    return { code: 'invalid_override', file: option, line: 0, column: 0, path, message, value: text, fix };
  };
  const steps = path.split('.');
  if (steps.some((step) => step === '')) return problem('no path and value', 'write it as train.instance=ml.m5.large');
  const value = parseDocument(text.slice(equals + 1), { prettyErrors: false });
  if (value.errors[0]) return problem(`not YAML: ${lowerFirst(value.errors[0].message)}`, 'put the value in quotes');
  try {
    document.setIn(steps, document.createNode(value.toJS()));
  } catch {
    return problem('nothing can be set there', 'the path runs through a value that holds no keys');
  }
  return { option, steps };
}
