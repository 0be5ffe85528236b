import { createHash } from 'node:crypto';
import { ListTagsCommand, type SageMakerClient, type Tag } from '@aws-sdk/client-sagemaker';
import { type RunRef, TAGS, workflowIdOf } from '../spec/naming.ts';
import type { Stage } from '../spec/record.ts';
import { calling, errorTypeOf, failure, translateAwsError, unlessNotFound } from './errors.ts';
import { whileRoleIsNew } from './role.ts';

/** JSON with sorted keys, so that equal requests have equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** The tags of a resource that a run creates; the request's hash tells a retry from a different request. */
export function resourceTags(run: RunRef, step: Stage, request: unknown): Tag[] {
  const hash = createHash('sha256').update(canonical(request)).digest('hex').slice(0, 32);
  return [
    { Key: TAGS.run, Value: workflowIdOf(run) },
    { Key: TAGS.name, Value: run.name },
    { Key: TAGS.step, Value: step },
    { Key: TAGS.request, Value: hash },
  ];
}

/** All tags of a resource, as a map. */
export async function tagsOf(sagemaker: SageMakerClient, arn: string): Promise<ReadonlyMap<string, string>> {
  const { Tags } = await calling(`list the tags of ${arn}`, () =>
    sagemaker.send(new ListTagsCommand({ ResourceArn: arn })),
  );
  return new Map((Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/**
 * Creates a resource, or attaches to the one that a former attempt of the same request created: then its name is taken,
 * and all our tags are on it. A name taken by anything else is a `Conflict`. A full quota may be full of that very
 * resource, where the former attempt was not acknowledged.
 *
 * @param what for people: `training job product-reviews-7f3a9c-train`
 * @param arnOf the ARN of what has the name now
 */
export async function createOrAttach(
  sagemaker: SageMakerClient,
  what: string,
  tags: readonly Tag[],
  create: () => Promise<unknown>,
  arnOf: () => Promise<string | undefined>,
): Promise<void> {
  let arn: string | undefined;
  try {
    await create();
    return;
  } catch (error) {
    const type = errorTypeOf(error);
    if (type === 'QuotaExceeded') arn = await unlessNotFound(`describe ${what}`, arnOf);
    else if (type === 'Conflict') arn = await calling(`describe ${what}`, arnOf);
    if (type !== 'Conflict' && !arn) throw whileRoleIsNew(translateAwsError(error, `create ${what}`));
  }
  const found = arn ? await tagsOf(sagemaker, arn) : new Map<string, string>();
  const other = tags.find(({ Key, Value }) => found.get(Key ?? '') !== Value);
  if (!other) return;
  throw failure(
    'Conflict',
    `${what} exists and is not this run's: its tag ${other.Key} is ${JSON.stringify(found.get(other.Key ?? ''))}, ` +
      `expected ${JSON.stringify(other.Value)}; start the run again to get another name`,
  );
}
