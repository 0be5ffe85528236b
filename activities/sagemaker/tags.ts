import { ListTagsCommand, type SageMakerClient, type Tag } from '@aws-sdk/client-sagemaker';
import { type RunRef, TAGS, workflowIdOf } from '../../spec/naming.ts';
import type { Stage } from '../../spec/record.ts';
import { calling, unlessNotFound } from '../errors.ts';
import * as ownership from '../ownership.ts';

/** The tags of a resource that a run creates in SageMaker. */
export function resourceTags(run: RunRef, step: Stage, request: unknown): Tag[] {
  return [...ownership.ownTags(run, step, request)].map(([Key, Value]) => ({ Key, Value }));
}

const mapOf = (tags: readonly Tag[] = []): ownership.Tags =>
  new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]));

/** All tags of a resource. */
export async function tagsOf(sagemaker: SageMakerClient, arn: string): Promise<ownership.Tags> {
  const { Tags } = await calling(`list the tags of ${arn}`, () =>
    sagemaker.send(new ListTagsCommand({ ResourceArn: arn })),
  );
  return mapOf(Tags);
}

/** Whether the run made what has the ARN; not so where that is gone. */
export async function isOf(sagemaker: SageMakerClient, run: RunRef, arn: string): Promise<boolean> {
  const tags = await unlessNotFound(`list the tags of ${arn}`, () => tagsOf(sagemaker, arn));
  return tags?.get(TAGS.run) === workflowIdOf(run);
}

/**
 * Creates a resource of SageMaker, or attaches to it.
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
  const found = async (): Promise<ownership.Tags | undefined> => {
    const arn = await arnOf();
    return arn === undefined ? undefined : tagsOf(sagemaker, arn);
  };
  await ownership.createOrAttach({ what, by: 'sagemaker.amazonaws.com', tags: mapOf(tags), create, found });
}
