import { validationError } from './protocol.ts';

/** What lists are filtered and sorted by. */
export interface Listed {
  readonly name: string;
  readonly status?: string | undefined;
  /** Seconds since 1970. */
  readonly created: number;
  readonly modified?: number | undefined;
}

/** What a List* request asks for, in the words of no service. */
export interface PageRequest {
  readonly nameContains?: unknown;
  readonly statusEquals?: unknown;
  readonly createdAfter?: unknown;
  readonly createdBefore?: unknown;
  readonly modifiedAfter?: unknown;
  readonly modifiedBefore?: unknown;
  readonly sortBy: 'name' | 'status' | 'created';
  readonly descending: boolean;
  readonly maxResults?: unknown;
  readonly token?: unknown;
}

const PAGE = 10;

/** One page of `records`, filtered and sorted as asked, and the token of the next where there is one. */
export function page<T>(
  records: readonly T[],
  listed: (record: T) => Listed,
  request: PageRequest,
): { readonly found: T[]; readonly token?: string } {
  const { sortBy, descending } = request;
  // The name comes last to break ties, so that pages neither skip nor repeat.
  const keysOf = (row: Listed) => (sortBy === 'name' ? [row.name] : [row[sortBy], row.name]);
  const rows = records
    .map((record) => ({ record, row: listed(record) }))
    .filter(({ row }) => matches(row, request))
    .map(({ record, row }) => ({ record, keys: keysOf(row) }));
  const direction = descending ? -1 : 1;
  rows.sort((a, b) => direction * compare(a.keys, b.keys));
  const last = typeof request.token === 'string' ? decode(request.token) : undefined;
  const rest = last ? rows.filter(({ keys }) => direction * compare(keys, last) > 0) : rows;
  const shown = rest.slice(0, Number(request.maxResults ?? PAGE));
  const end = shown.at(-1);
  return {
    found: shown.map(({ record }) => record),
    ...(end && rest.length > shown.length && { token: encode(end.keys) }),
  };
}

function matches({ name, status, created, modified = 0 }: Listed, request: PageRequest): boolean {
  const within = (value: number, after: unknown, before: unknown) =>
    value >= Number(after ?? Number.NEGATIVE_INFINITY) && value <= Number(before ?? Number.POSITIVE_INFINITY);
  return (
    name.includes(String(request.nameContains ?? '')) &&
    (request.statusEquals === undefined || status === request.statusEquals) &&
    within(created, request.createdAfter, request.createdBefore) &&
    within(modified, request.modifiedAfter, request.modifiedBefore)
  );
}

function compare(a: readonly unknown[], b: readonly unknown[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (left === right) continue;
    return typeof left === 'number' && typeof right === 'number' ? left - right : String(left) < String(right) ? -1 : 1;
  }
  return 0;
}

function encode(keys: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

function decode(token: string): unknown[] {
  try {
    const keys: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(keys)) return keys;
  } catch {
    // Falls through to AWS's answer for a token that is not its own.
  }
  throw validationError('Invalid NextToken');
}
