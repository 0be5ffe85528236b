import { describe, expect, it } from 'vitest';
import { conformance, jsonIn } from '../../../spec/scoring/json-answers.ts';

it.each([
  ['{"a": [1, null]}', true],
  [' "text"\n', true],
  ['12', true],
  ['{"a": 1,}', false],
  ['```json\n{"a": 1}\n```', false],
  ['Here it is: {"a": 1}', false],
  ['', false],
  ['{"a": NaN}', false],
])('%j is JSON: %s', (text, valid) => {
  expect(jsonIn(text) !== undefined).toBe(valid);
});

describe('conformance to a schema', () => {
  const schema = {
    type: 'object',
    properties: { city: { type: 'string', format: 'hostname' }, people: { type: 'integer', minimum: 0 } },
    required: ['city'],
    additionalProperties: false,
    'x-remark': 'unknown words are passed over',
  };
  const conforms = conformance(schema);

  it.each([
    [{ city: 'Bern', people: 134_000 }, true],
    [{ city: 'a b' }, true],
    [{ people: 1 }, false],
    [{ city: 'Bern', people: -1 }, false],
    [{ city: 'Bern', mayor: 'x' }, false],
    [null, false],
  ])('of %j: %s', (value, expected) => {
    expect(conforms(value)).toBe(expected);
  });

  it('reads draft 7 where the schema says so, and 2020-12 otherwise', () => {
    const pair = { type: 'array', items: [{ type: 'string' }, { type: 'number' }] };
    expect(conformance({ $schema: 'http://json-schema.org/draft-07/schema#', ...pair })(['a', 'b'])).toBe(false);
    const { items: prefixItems } = pair;
    expect(conformance({ type: 'array', prefixItems })(['a', 'b'])).toBe(false);
  });

  it.each([
    [{ type: 'objekt' }, /^not a JSON schema: /],
    [{ $ref: '#/$defs/missing' }, /^not a JSON schema: can't resolve reference/],
    [{ pattern: '(' }, /^not a JSON schema: /],
  ])('refuses %j', (wrong, message) => {
    expect(() => conformance(wrong)).toThrow(message);
    expect(() => conformance(wrong)).toThrow(RangeError);
  });
});
