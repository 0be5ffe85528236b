/** Whether answers are JSON, and JSON of a given schema (https://json-schema.org). */
import { Ajv, type AnySchemaObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** The JSON value that a text is, white space around it allowed; `undefined` where it is none, as in a code fence. */
export function jsonIn(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** `format` is a remark in JSON Schema, not a condition; words that are unknown are passed over, as it says too. */
const OPTIONS = { strict: false, validateFormats: false } as const;

/**
 * Tells whether a value conforms to a schema: of draft 7 where its `$schema` says so, otherwise of 2020-12. Throws a
 * `RangeError` where it is no schema.
 */
export function conformance(schema: object): (value: unknown) => boolean {
  const { $schema } = schema as AnySchemaObject;
  const ajv = typeof $schema === 'string' && /draft-0[67]/.test($schema) ? new Ajv(OPTIONS) : new Ajv2020(OPTIONS);
  try {
    const validate = ajv.compile(schema);
    return (value) => validate(value) === true;
  } catch (error) {
    throw new RangeError(`not a JSON schema: ${error instanceof Error ? error.message : String(error)}`);
  }
}
