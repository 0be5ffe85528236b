import { readFileSync } from 'node:fs';

/** A shape of AWS's own model of the SageMaker API; see scripts/sagemaker-model.py. */
export interface Shape {
  readonly type: 'structure' | 'list' | 'map' | 'string' | 'integer' | 'long' | 'float' | 'boolean' | 'timestamp';
  readonly required?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly members?: Readonly<Record<string, string>>;
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
}

interface Model {
  readonly operations: Readonly<Record<string, { readonly input: string; readonly output?: string }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** A JSON object as it travels: members named as AWS names them, times in seconds since 1970. */
export type Json = Record<string, unknown>;

export const model: Model = JSON.parse(readFileSync(new URL('model.generated.json', import.meta.url), 'utf8'));

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function shapeOf(name: string | undefined): Shape {
  const shape = name === undefined ? undefined : model.shapes[name];
  if (!shape) throw new RangeError(`no shape ${name} in the SageMaker model; run scripts/sagemaker-model.py`);
  return shape;
}

/** What of `value` belongs to the shape: the answer of an operation is its record, less what AWS does not tell. */
export function project(name: string, value: unknown): unknown {
  const shape = shapeOf(name);
  if (shape.type === 'list')
    return Array.isArray(value) ? value.map((item) => project(shape.member ?? '', item)) : value;
  if (shape.type !== 'structure' || !isObject(value)) return value;
  const kept: Json = {};
  for (const [member, memberShape] of Object.entries(shape.members ?? {})) {
    if (value[member] !== undefined && value[member] !== null) kept[member] = project(memberShape, value[member]);
  }
  return kept;
}
