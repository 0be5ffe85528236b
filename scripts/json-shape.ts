import type { JsonSchema } from '../spec/json-schema.ts';

/** A schema with names for its parts. */
export interface NamedSchema extends JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, NamedSchema>>;
  readonly prefixItems?: readonly JsonSchema[];
}

const nameOf = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);

/** A schema as TypeScript would write the type, each description behind its field. */
export function shapeOf(schema: NamedSchema, indent = ''): string {
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return alternatives.map((each) => shapeOf(each, indent)).join(' | ');
  switch (schema.type) {
    case 'object':
      return objectShape(schema, indent);
    case 'array': {
      if (schema.prefixItems) return `[${schema.prefixItems.map((each) => shapeOf(each, indent)).join(', ')}]`;
      const items = shapeOf(schema.items ?? {}, indent);
      return / \| /.test(items) && !items.startsWith('{') ? `(${items})[]` : `${items}[]`;
    }
    case 'integer':
      return 'number';
    case undefined:
      return 'unknown';
    default:
      return String(schema.type);
  }
}

function objectShape(schema: NamedSchema, indent: string): string {
  const { properties, additionalProperties, required = [] } = schema;
  if (!properties) {
    const values = typeof additionalProperties === 'object' ? shapeOf(additionalProperties, indent) : 'unknown';
    return `{ [name: string]: ${values} }`;
  }
  const inner = `${indent}  `;
  const fields = Object.entries(properties).map(([name, value]) => {
    const about = value.description ? ` // ${value.description}` : '';
    return `${inner}${name}${required.includes(name) ? '' : '?'}: ${shapeOf(value, inner)};${about}`;
  });
  return `{\n${fields.join('\n')}\n${indent}}`;
}
