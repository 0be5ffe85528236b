import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { specReference } from '../../scripts/spec-reference.ts';
import { specJsonSchema } from '../../spec/json-schema.ts';

const committed = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('spec/temper.schema.json is what spec.ts says; after a change: npm run schema', () => {
  expect(JSON.parse(committed('spec/temper.schema.json'))).toEqual(JSON.parse(JSON.stringify(specJsonSchema())));
});

it('docs/spec.md is what spec.ts says; after a change: npm run schema', () => {
  expect(committed('docs/spec.md')).toBe(specReference(specJsonSchema()));
});

it('knows what people leave out and write', () => {
  const { required, properties } = specJsonSchema();
  expect(required).toEqual(['name', 'data', 'train']);
  expect(properties?.data?.required).toBeUndefined();
});
