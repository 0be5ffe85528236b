import { type Listed, page as pageOf } from '../aws/listing.ts';
import type { Json } from '../aws/model.ts';

/** One page of `records`, filtered and sorted as a List* request of Bedrock says; newest first. */
export function page<T>(
  list: string,
  records: readonly T[],
  listed: (record: T) => Listed,
  request: Json,
  summary: (record: T) => Json,
): Json {
  const { found, token } = pageOf(records, listed, {
    nameContains: request.nameContains,
    statusEquals: request.statusEquals,
    createdAfter: request.creationTimeAfter ?? request.createdAfter,
    createdBefore: request.creationTimeBefore ?? request.createdBefore,
    sortBy: 'created',
    descending: request.sortOrder !== 'Ascending',
    maxResults: request.maxResults,
    token: request.nextToken,
  });
  return { [list]: found.map(summary), ...(token && { nextToken: token }) };
}
