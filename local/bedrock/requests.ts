import type { Json } from '../aws/model.ts';
import { now } from '../aws/operations.ts';
import type { MadeBy } from './resources.ts';

/** The members that say what a call is about: the name that it gives, or what it is found by. */
const NAMES =
  /^(?!base)(jobName|modelDeploymentName|provisionedModelName|importedModelName|resourceARN|.*Identifier|.*Id)$/;

/** Names and ARNs of what a request is about. */
export function namesIn(request: Json): string[] {
  return Object.entries(request).flatMap(([member, value]) =>
    NAMES.test(member) && typeof value === 'string' ? [value] : [],
  );
}

/** What is remembered of a create request, so that it is known when it comes again. */
export function madeBy({ clientRequestToken, ...rest }: Json): MadeBy {
  return {
    token: clientRequestToken === undefined ? undefined : String(clientRequestToken),
    body: JSON.stringify(sorted(rest)),
    at: now(),
  };
}

/** With the members of each object in order, as clients need not keep theirs. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]) => [key, sorted(each)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
