import type { Json } from './model.ts';
import { validationError } from './protocol.ts';

/** How the resources of a kind are listed. */
export interface Listing {
  /** Member of the answer that holds the summaries. */
  readonly list: string;
  readonly name: string;
  readonly status?: string;
  readonly defaultOrder: 'Ascending' | 'Descending';
}

const PAGE = 10;

/** One page of `records`, filtered and sorted as a List* request says. */
export function page(records: readonly object[], request: Json, listing: Listing): Json {
  const rows = records as readonly Json[];
  const found = rows.filter((row) => matches(row, request, listing));
  const keys = sortKeys(request, listing);
  const direction = (request.SortOrder ?? listing.defaultOrder) === 'Descending' ? -1 : 1;
  found.sort(
    (a, b) =>
      direction *
      compare(
        keys.map((key) => a[key]),
        keys.map((key) => b[key]),
      ),
  );
  const last = typeof request.NextToken === 'string' ? decode(request.NextToken) : undefined;
  const rest = last
    ? found.filter(
        (row) =>
          direction *
            compare(
              keys.map((key) => row[key]),
              last,
            ) >
          0,
      )
    : found;
  const size = Number(request.MaxResults ?? PAGE);
  const shown = rest.slice(0, size);
  const end = shown.at(-1);
  const more = rest.length > size && end !== undefined;
  return { [listing.list]: shown, ...(more && { NextToken: encode(keys.map((key) => end[key])) }) };
}

function matches(row: Json, request: Json, { name, status }: Listing): boolean {
  const at = (field: string) => Number(row[field] ?? 0);
  const bound = (filter: string, fallback: number) =>
    request[filter] === undefined ? fallback : Number(request[filter]);
  return (
    String(row[name]).includes(String(request.NameContains ?? '')) &&
    (request.StatusEquals === undefined || (status !== undefined && row[status] === request.StatusEquals)) &&
    at('CreationTime') >= bound('CreationTimeAfter', Number.NEGATIVE_INFINITY) &&
    at('CreationTime') <= bound('CreationTimeBefore', Number.POSITIVE_INFINITY) &&
    at('LastModifiedTime') >= bound('LastModifiedTimeAfter', Number.NEGATIVE_INFINITY) &&
    at('LastModifiedTime') <= bound('LastModifiedTimeBefore', Number.POSITIVE_INFINITY)
  );
}

/** The name comes last to break ties, so that pages neither skip nor repeat. */
function sortKeys(request: Json, { name, status }: Listing): string[] {
  if (request.SortBy === 'Name') return [name];
  return [request.SortBy === 'Status' && status ? status : 'CreationTime', name];
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
