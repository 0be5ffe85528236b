import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generated } from '../../scripts/generated.ts';
import { specJsonSchema } from '../../spec/json-schema.ts';

/** JSON is laid out by the formatter after it was written. */
const plain = (path: string, text: string): unknown => (path.endsWith('.json') ? JSON.parse(text) : text);

it.each(Object.entries(generated()))('%s is what the code says; after a change: npm run docs', (path, text) => {
  const committed = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  expect(plain(path, committed)).toEqual(plain(path, text));
});

it('the schema knows what people leave out and write', () => {
  const { required, properties } = specJsonSchema();
  expect(required).toEqual(['name', 'data', 'train']);
  expect(properties?.data?.required).toBeUndefined();
});
