/** Writes what is derived from the schema of temper.yaml: its JSON Schema for editors and its reference for people. */
import { writeFileSync } from 'node:fs';
import { specJsonSchema } from '../spec/json-schema.ts';
import { specReference } from './spec-reference.ts';

const schema = specJsonSchema();
writeFileSync('spec/temper.schema.json', `${JSON.stringify(schema, null, 2)}\n`);
writeFileSync('docs/spec.md', specReference(schema));
