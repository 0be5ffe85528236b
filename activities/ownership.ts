import { createHash } from 'node:crypto';
import { type RunRef, TAGS, workflowIdOf } from '../spec/naming.ts';
import type { Stage } from '../spec/record.ts';
import { errorTypeOf, failure, translateAwsError, unlessNotFound } from './errors.ts';
import { type Assumer, whileRoleIsNew } from './role.ts';

/** The tags of a resource; services differ in how they write them. */
export type Tags = ReadonlyMap<string, string>;

/** JSON with sorted keys, so that equal requests have equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** The tags of a resource that a run creates; the request's hash tells a retry from a different request. */
export function ownTags(run: RunRef, step: Stage, request: unknown): Tags {
  const hash = createHash('sha256').update(canonical(request)).digest('hex').slice(0, 32);
  return new Map([
    [TAGS.run, workflowIdOf(run)],
    [TAGS.name, run.name],
    [TAGS.step, step],
    [TAGS.request, hash],
  ]);
}

/** A resource that is to be there, once. */
export interface Wanted {
  /** For people: `training job product-reviews-7f3a9c-train` */
  readonly what: string;
  /** The service that assumes the run's role for it. */
  readonly by: Assumer;
  readonly tags: Tags;
  create(): Promise<unknown>;
  /** The tags of what has the name now; absent where nothing has. */
  found(): Promise<Tags | undefined>;
}

/**
 * Creates a resource, or attaches to the one that a former attempt of the same request created: then its name is taken,
 * and all our tags are on it. A name taken by anything else is a `Conflict`. A full quota may be full of that very
 * resource, where the former attempt was not acknowledged.
 */
export async function createOrAttach({ what, by, tags, create, found }: Wanted): Promise<void> {
  try {
    await create();
  } catch (error) {
    const type = errorTypeOf(error);
    const taken = type === 'QuotaExceeded' || type === 'Conflict';
    const theirs = taken ? await unlessNotFound(`describe ${what}`, found) : undefined;
    if (!theirs) throw whileRoleIsNew(translateAwsError(error, `create ${what}`), by);
    const other = [...tags].find(([key, value]) => theirs.get(key) !== value);
    if (!other) return;
    const [key, expected] = other;
    throw failure(
      'Conflict',
      `${what} exists and is not this run's: its tag ${key} is ${JSON.stringify(theirs.get(key))}, ` +
        `expected ${JSON.stringify(expected)}; start the run again to get another name`,
    );
  }
}
