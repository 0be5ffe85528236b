import type { ErrorEntry } from './entry.ts';

/** What can be wrong with `temper.yaml`. */
export const SPEC_ERRORS = {
  yaml_syntax: {
    means: 'the file is not YAML from here on',
    why: 'indentation that does not line up, a quote or bracket that is not closed, or a tab',
    fix: 'correct the line; an editor that knows YAML shows where it breaks',
    example: 'temper.yaml:4:1  nested mappings are not allowed in compact mappings',
  },
  duplicate_key: {
    means: 'a key stands twice in the same map, so that one of the two would be lost',
    why: 'a block was copied',
    fix: 'remove one',
    example: 'temper.yaml:9:1  key train stands here twice; remove one',
  },
  invalid_override: {
    means: 'a value given with --set cannot be put into the spec',
    why: 'it has no path or no value, is not YAML, or its path runs through something that holds no keys',
    fix: 'write it as --set train.instance=ml.m5.large',
    example: '--set epochs  no path and value; write it as train.instance=ml.m5.large',
  },
  unknown_key: {
    means: 'the schema has no such key there',
    why: 'it is misspelt, stands one level too high or too low, or belongs to another engine',
    fix: 'take the key that is suggested, or see docs/spec.md',
    example: 'temper.yaml:8:3  train.instnace: unknown key; did you mean instance?',
  },
  invalid_key: {
    means: 'a name in a map, such as of a hyperparameter, is not one that AWS takes',
    why: 'it is too long, has other characters than are allowed, or one that is reserved',
    fix: 'take another name',
    example: 'temper.yaml:12:5  train.hyperparameters.sagemaker_program: choose another name',
  },
  missing: {
    means: 'a key that has no default is not there',
    why: 'it was forgotten, or is misspelt or indented as part of another block',
    fix: 'add it; what stands beside the message says what it is for',
    example: 'temper.yaml:1:1  name: missing; add it: one name per model',
  },
  wrong_type: {
    means: 'the value is of another type than the key takes',
    why: 'YAML reads 7, 1e-5, true and null as something else than text, and a key without a value as nothing',
    fix: 'write the type that is named; put quotes around text that looks like a number',
    example: 'temper.yaml:2:7  name: must be text, received 7; put it in quotes',
  },
  invalid_value: {
    means: 'the value is of the right type and not one that the key takes',
    why: 'it is misspelt, out of bounds, in another form, or does not fit another value of the spec',
    fix: 'take one of those that are named',
    example: 'temper.yaml:6:11  train.engine: must be sagemaker, received "sagmaker"; did you mean sagemaker?',
  },
  limit_overridden: {
    means: 'a limit of the base model is overridden, and the data is held against that',
    why: 'train.limits says so, as AWS has raised the quota or the data file of models is older than a change',
    fix: 'see the limit of your account under Service Quotas, and take the override away where it is not needed',
    example: 'train.limits.trainRecords: 30000 is taken for the limit of Nova Lite, where AWS documents 20000',
  },
  model_doubtful: {
    means: 'what is known of the base model speaks against customizing it so: there, by that teacher, or at all',
    why: 'AWS offers it in other regions or from other teachers, or no longer; or Temper knows less than AWS does by now',
    fix: 'see temper models ID, and change the spec unless you know better',
    example: 'train.base: Nova Lite is customized in us-east-1, not in eu-west-1',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;

export type SpecCode = keyof typeof SPEC_ERRORS;
