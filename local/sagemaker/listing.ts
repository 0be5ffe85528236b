import { page as pageOf } from '../aws/listing.ts';
import type { Json } from '../aws/model.ts';

/** How the resources of a kind are listed. */
export interface Listing {
  /** Member of the answer that holds the summaries. */
  readonly list: string;
  readonly name: string;
  readonly status?: string;
  readonly defaultOrder: 'Ascending' | 'Descending';
}

/** One page of `records`, filtered and sorted as a List* request of SageMaker says. */
export function page(records: readonly object[], request: Json, { list, name, status, defaultOrder }: Listing): Json {
  const { found, token } = pageOf(
    records as readonly Json[],
    (row) => ({
      name: String(row[name]),
      status: status === undefined ? undefined : String(row[status]),
      created: Number(row.CreationTime),
      modified: Number(row.LastModifiedTime ?? 0),
    }),
    {
      nameContains: request.NameContains,
      statusEquals: request.StatusEquals,
      createdAfter: request.CreationTimeAfter,
      createdBefore: request.CreationTimeBefore,
      modifiedAfter: request.LastModifiedTimeAfter,
      modifiedBefore: request.LastModifiedTimeBefore,
      sortBy: request.SortBy === 'Name' ? 'name' : request.SortBy === 'Status' && status ? 'status' : 'created',
      descending: (request.SortOrder ?? defaultOrder) === 'Descending',
      maxResults: request.MaxResults,
      token: request.NextToken,
    },
  );
  return { [list]: found, ...(token && { NextToken: token }) };
}
