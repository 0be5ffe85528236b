/** The JSON Schema of `temper.yaml`, as people write it: what editors complete and spec/temper.schema.json holds. */
import { z } from 'zod';
import { specSchema } from './spec.ts';

/** The parts of JSON Schema that zod writes for the spec. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

export function specJsonSchema(): JsonSchema {
  return z.toJSONSchema(specSchema, { io: 'input' }) as JsonSchema;
}

/** A schema and the alternatives in it. */
function branches(schema: JsonSchema): JsonSchema[] {
  return [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
}

/** What the schema says about a path, in all alternatives; empty where it knows no such path. */
export function schemasAt(path: readonly PropertyKey[]): JsonSchema[] {
  let schemas = branches(specJsonSchema());
  for (const step of path) {
    schemas = schemas.flatMap((schema) => {
      const next = typeof step === 'number' ? schema.items : schema.properties?.[String(step)];
      return next ? branches(next) : [];
    });
  }
  return schemas;
}
