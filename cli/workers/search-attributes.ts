import type { Connection } from '@temporalio/client';
import { GRPC_STATUS } from '../../activities/grpc-status.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';

// IndexedValueType of Temporal's API.
const INDEXED_VALUE = { KEYWORD: 2, DOUBLE: 4 } as const;

/** How each is indexed, as the operator service wants it. */
export const INDEXED: Readonly<Record<string, number>> = Object.fromEntries(
  Object.values(searchAttributes).map(({ name, type }) => [name, INDEXED_VALUE[type]]),
);

/** Names of those that the namespace does not have. */
export async function missingSearchAttributes(
  { operatorService }: Pick<Connection, 'operatorService'>,
  namespace: string,
): Promise<string[]> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  return Object.values(searchAttributes).flatMap(({ name }) => (name in customAttributes ? [] : [name]));
}

/** Registers what runs can be listed and filtered by; those that are there stay. */
export async function ensureSearchAttributes(
  { operatorService }: Pick<Connection, 'operatorService'>,
  namespace: string,
): Promise<void> {
  const missing = await missingSearchAttributes({ operatorService }, namespace);
  if (missing.length === 0) return;
  try {
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(Object.entries(INDEXED).filter(([name]) => missing.includes(name))),
    });
  } catch (error) {
    // Another worker started at the same moment.
    if ((error as { code?: number }).code !== GRPC_STATUS.ALREADY_EXISTS) throw error;
  }
}
