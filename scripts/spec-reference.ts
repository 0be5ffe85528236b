import type { JsonSchema } from '../spec/json-schema.ts';
import { listed } from '../spec/suggest.ts';

const code = (text: string): string => `\`${text}\``;
/** Table cells end at a pipe. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return code(String(schema.const));
  if (schema.enum) return listed(schema.enum.map((value) => code(String(value))));
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  const { type } = schema;
  if (typeof type === 'object') return type.map((each) => typeOf({ type: each })).join(' or ');
  switch (type) {
    case 'string':
      return 'text';
    case 'integer':
      return 'whole number';
    case 'boolean':
      return 'true or false';
    case 'array':
      return `list of ${schema.items ? typeOf(schema.items) : 'values'}`;
    case 'object':
      return typeof schema.additionalProperties === 'object' ? `map to ${typeOf(schema.additionalProperties)}` : 'map';
    default:
      return type ?? '';
  }
}

function presence(schema: JsonSchema, isRequired: boolean): string {
  if (isRequired) return 'required';
  const value = schema.default;
  const isFilledIn = value !== undefined && (typeof value !== 'object' || Array.isArray(value)) && `${value}` !== '';
  return isFilledIn ? code(Array.isArray(value) ? `[${value.join(', ')}]` : String(value)) : '';
}

function rowsOf(schema: JsonSchema, prefix: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const path = `${prefix}${key}`;
    const isRequired = schema.required?.includes(key) ?? false;
    const row = [code(path), typeOf(value), presence(value, isRequired), value.description ?? ''];
    return [row.map(cell), ...rowsOf(value, `${path}.`)];
  });
}

/** Aligned, as the formatter wants it. */
function table(schema: JsonSchema, prefix: string): string {
  const rows = [['field', 'type', 'default', 'meaning'], ...rowsOf(schema, prefix)];
  const widths = [0, 1, 2, 3].map((column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  const [head = '', ...body] = rows.map((row) => line(row.map((text, column) => text.padEnd(widths[column] ?? 0))));
  return [head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}

/** One section: its fields, or one table for each of its alternatives, told apart by their constant field. */
function section(key: string, schema: JsonSchema, isRequired: boolean): string {
  const about = [schema.description, isRequired ? 'Required.' : ''].filter(Boolean).join(' ');
  const alternatives = (schema.oneOf ?? []).map((alternative) => {
    const [tag, value] =
      Object.entries(alternative.properties ?? {}).find(([, { const: fixed }]) => fixed !== undefined) ?? [];
    return `### ${code(`${key}.${tag}: ${value?.const}`)}\n\n${table(alternative, `${key}.`)}`;
  });
  const inFull = schema.anyOf?.find(({ properties }) => properties);
  const body = schema.properties
    ? [table(schema, `${key}.`)]
    : inFull
      ? [`Type: ${typeOf(schema)}.`, table(inFull, `${key}.`)]
      : alternatives.length > 0
        ? alternatives
        : [`Type: ${typeOf(schema)}.`];
  return [`## ${code(key)}`, about, ...body].filter((part) => part !== '').join('\n\n');
}

/** The reference of `temper.yaml` in Markdown. */
export function specReference(schema: JsonSchema): string {
  const sections = Object.entries(schema.properties ?? {}).map(([key, value]) =>
    section(key, value, schema.required?.includes(key) ?? false),
  );
  const intro = [
    '# temper.yaml',
    '<!-- Written by `npm run docs` from spec/spec.ts: change the descriptions there. -->',
    `${schema.description ?? ''} Paths are relative to the file. Durations are written as \`90s\`, \`30m\`, \`1h\` or \`5d\`.`,
    'Editors complete the file by its JSON Schema, `spec/temper.schema.json`, with this as its first line:',
    '```yaml\n# yaml-language-server: $schema=path/to/spec/temper.schema.json\n```',
    '`temper run FILE --set train.hyperparameters.epochs=15` puts another value in for one run.',
    'What the two scripts find and must do: [scripts.md](scripts.md).',
  ];
  return `${[...intro, ...sections].join('\n\n')}\n`;
}
