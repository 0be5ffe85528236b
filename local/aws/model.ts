import { readFileSync } from 'node:fs';

/** A shape of AWS's own model of an API; see scripts/aws-models.py. */
export interface Shape {
  readonly type:
    | 'structure'
    | 'list'
    | 'map'
    | 'string'
    | 'integer'
    | 'long'
    | 'float'
    | 'double'
    | 'boolean'
    | 'timestamp'
    | 'blob';
  readonly required?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly members?: Readonly<Record<string, string>>;
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
  /** Exactly one member is set. */
  readonly union?: true;
  /** Any JSON. */
  readonly document?: true;
  /** How times travel; seconds since 1970 where not given. */
  readonly timestampFormat?: 'iso8601';
  /** Where members travel that are not in the body. */
  readonly locations?: Readonly<
    Record<string, { readonly in: 'uri' | 'querystring' | 'header'; readonly name: string }>
  >;
  /** The member that is the whole body. */
  readonly payload?: string;
  /** Its members are the events of a stream. */
  readonly eventstream?: true;
}

export interface Operation {
  readonly input: string;
  readonly output?: string;
  /** Of REST services: the method and the template of the path, and the status of an answer. */
  readonly http?: { readonly method: string; readonly path: string; readonly status: number };
}

/** A JSON object as it travels: members named as AWS names them, times in seconds since 1970. */
export type Json = Record<string, unknown>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** AWS's model of one service, or of what of it the laptop region offers. */
export class ServiceModel {
  readonly operations: Readonly<Record<string, Operation>>;
  /** HTTP status of each error that the model names. */
  readonly errors: Readonly<Record<string, number>>;
  readonly #shapes: Readonly<Record<string, Shape>>;

  /** Reads a file that scripts/aws-models.py has written. */
  constructor(file: URL) {
    const { operations, errors = {}, shapes } = JSON.parse(readFileSync(file, 'utf8'));
    this.operations = operations;
    this.errors = errors;
    this.#shapes = shapes;
  }

  shape(name: string | undefined): Shape {
    const shape = name === undefined ? undefined : this.#shapes[name];
    if (!shape) throw new RangeError(`no shape ${name} in AWS's model; run scripts/aws-models.py`);
    return shape;
  }

  /** What of `value` belongs to the shape: the answer of an operation is its record, less what AWS does not tell. */
  project(name: string, value: unknown): unknown {
    const shape = this.shape(name);
    if (shape.type === 'list')
      return Array.isArray(value) ? value.map((item) => this.project(shape.member ?? '', item)) : value;
    if (shape.type === 'timestamp' && shape.timestampFormat === 'iso8601')
      return new Date(Number(value) * 1000).toISOString();
    if (shape.type === 'blob') return Buffer.isBuffer(value) ? value.toString('base64') : value;
    if (shape.type !== 'structure' || shape.document || !isObject(value)) return value;
    const kept: Json = {};
    for (const [member, memberShape] of Object.entries(shape.members ?? {})) {
      if (value[member] !== undefined && value[member] !== null)
        kept[member] = this.project(memberShape, value[member]);
    }
    return kept;
  }
}
