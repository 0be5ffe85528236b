import { createProgram } from '../cli/cli.ts';
import { specJsonSchema } from '../spec/json-schema.ts';
import { commandReference } from './command-reference.ts';
import { errorReference } from './error-reference.ts';
import { specReference } from './spec-reference.ts';

/** The files that follow from the code, by their path in the repository; a test fails when one of them is stale. */
export function generated(): Readonly<Record<string, string>> {
  const schema = specJsonSchema();
  return {
    'spec/temper.schema.json': `${JSON.stringify(schema, null, 2)}\n`,
    'docs/spec.md': specReference(schema),
    'docs/commands.md': commandReference(createProgram),
    'docs/errors.md': errorReference(),
  };
}
