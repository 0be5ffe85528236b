import { isObject, type Json, type ServiceModel, type Shape } from './model.ts';
import { AwsError, validationError } from './protocol.ts';

/** Checks a request against AWS's model. Throws one ValidationException that names every error, in AWS's words. */
export function validate(model: ServiceModel, operation: string, request: Json): void {
  const errors = violations(model, model.operations[operation]?.input, request);
  if (errors.length === 0) return;
  const count = `${errors.length} validation error${errors.length > 1 ? 's' : ''} detected`;
  throw validationError(`${count}: ${errors.join('; ')}`);
}

/** What of AWS's model a value breaks, in AWS's words. Throws a SerializationException where its types are others. */
export function violations(model: ServiceModel, shape: string | undefined, value: unknown): string[] {
  const errors: string[] = [];
  check(model, model.shape(shape), value, '', errors);
  return errors;
}

function check(model: ServiceModel, shape: Shape, value: unknown, path: string, errors: string[]): void {
  if (shape.document) return;
  checkType(shape, value);
  const report = (constraint: string) =>
    errors.push(`Value ${show(value)} at '${path}' failed to satisfy constraint: ${constraint}`);
  switch (shape.type) {
    case 'structure': {
      const object = value as Json;
      for (const [name, memberShape] of Object.entries(shape.members ?? {})) {
        const at = path === '' ? lowerFirst(name) : `${path}.${lowerFirst(name)}`;
        const member = object[name];
        if (member !== undefined && member !== null) check(model, model.shape(memberShape), member, at, errors);
        else if (shape.required?.includes(name)) {
          errors.push(`Value null at '${at}' failed to satisfy constraint: Member must not be null`);
        }
      }
      return;
    }
    case 'list': {
      for (const broken of brokenConstraints(shape, (value as unknown[]).length)) report(broken);
      const item = model.shape(shape.member);
      if (isScalar(item)) {
        const bad = (value as unknown[]).some((each) => brokenConstraints(item, each).length > 0);
        if (bad) report(`Member must satisfy constraint: [${allConstraints(item).join(', ')}]`);
      } else {
        for (const [index, each] of (value as unknown[]).entries())
          check(model, item, each, `${path}.${index + 1}.member`, errors);
      }
      return;
    }
    case 'map': {
      const object = value as Json;
      const [key, item] = [model.shape(shape.key), model.shape(shape.value)];
      for (const broken of brokenConstraints(shape, Object.keys(object).length)) report(broken);
      for (const each of Object.values(object)) checkType(item, each);
      if (Object.keys(object).some((each) => brokenConstraints(key, each).length > 0)) {
        report(`Map keys must satisfy constraint: [${allConstraints(key).join(', ')}]`);
      }
      if (Object.values(object).some((each) => brokenConstraints(item, each).length > 0)) {
        report(`Map value must satisfy constraint: [${allConstraints(item).join(', ')}]`);
      }
      return;
    }
    default:
      for (const broken of brokenConstraints(shape, value)) report(broken);
  }
}

/** A value of another JSON type does not reach validation at AWS: the request cannot be read. */
function checkType(shape: Shape, value: unknown): void {
  const fits =
    shape.type === 'structure' || shape.type === 'map'
      ? isObject(value)
      : shape.type === 'list'
        ? Array.isArray(value)
        : shape.type === 'string'
          ? typeof value === 'string'
          : shape.type === 'blob'
            ? typeof value === 'string' || Buffer.isBuffer(value)
            : shape.type === 'boolean'
              ? typeof value === 'boolean'
              : typeof value === 'number';
  if (fits) return;
  const wanted = {
    structure: 'Structure',
    list: 'Collection',
    map: 'Map',
    string: 'String',
    boolean: 'Boolean',
    integer: 'Integer',
    long: 'Long',
    float: 'Float',
    double: 'Double',
    blob: 'Blob',
    timestamp: 'Timestamp',
  }[shape.type];
  throw new AwsError(
    'SerializationException',
    `${jsonTokenOf(value)} can not be converted to ${wanted === 'Integer' ? 'an' : 'a'} ${wanted}`,
  );
}

function jsonTokenOf(value: unknown): string {
  if (value === null) return 'NULL_VALUE';
  if (Array.isArray(value)) return 'START_ARRAY';
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  return typeof value === 'object' ? 'START_OBJECT' : `${(typeof value).toUpperCase()}_VALUE`;
}

function isScalar(shape: Shape): boolean {
  return !['structure', 'list', 'map'].includes(shape.type);
}

interface Constraint {
  readonly text: string;
  holds(value: unknown): boolean;
}

function constraintsOf(shape: Shape): Constraint[] {
  const constraints: Constraint[] = [];
  const noun = ['integer', 'long', 'float', 'double'].includes(shape.type) ? 'value' : 'length';
  const size = (value: unknown) =>
    typeof value === 'string' ? [...value].length : Buffer.isBuffer(value) ? value.length : Number(value);
  const { min, max, pattern, enum: values } = shape;
  if (max !== undefined)
    constraints.push({ text: `Member must have ${noun} less than or equal to ${max}`, holds: (v) => size(v) <= max });
  if (min !== undefined)
    constraints.push({
      text: `Member must have ${noun} greater than or equal to ${min}`,
      holds: (v) => size(v) >= min,
    });
  if (pattern !== undefined) {
    const regex = compiled(pattern);
    constraints.push({
      text: `Member must satisfy regular expression pattern: ${pattern}`,
      holds: (v) => regex.test(String(v)),
    });
  }
  if (values)
    constraints.push({
      text: `Member must satisfy enum value set: [${values.join(', ')}]`,
      holds: (v) => values.includes(String(v)),
    });
  return constraints;
}

const allConstraints = (shape: Shape) => constraintsOf(shape).map(({ text }) => text);
const brokenConstraints = (shape: Shape, value: unknown) =>
  constraintsOf(shape)
    .filter((constraint) => !constraint.holds(value))
    .map(({ text }) => text);

const patterns = new Map<string, RegExp>();

/** AWS matches the whole value and writes its patterns in Java's syntax. */
function compiled(pattern: string): RegExp {
  const known = patterns.get(pattern);
  if (known) return known;
  const source = `^(?:${pattern.replaceAll('\\p{Alnum}', 'a-zA-Z0-9')})$`;
  const regex = new RegExp(source, source.includes('\\p{') ? 'u' : '');
  patterns.set(pattern, regex);
  return regex;
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** Java's toString, which AWS prints. */
function show(value: unknown): string {
  const plain = (each: unknown): string => {
    if (Array.isArray(each)) return `[${each.map(plain).join(', ')}]`;
    if (isObject(each))
      return `{${Object.entries(each)
        .map(([key, item]) => `${key}=${plain(item)}`)
        .join(', ')}}`;
    return String(each);
  };
  return `'${plain(value)}'`;
}
