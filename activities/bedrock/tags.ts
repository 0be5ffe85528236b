import { type BedrockClient, ListTagsForResourceCommand, type Tag } from '@aws-sdk/client-bedrock';
import { calling } from '../errors.ts';
import * as ownership from '../ownership.ts';

/** Tags as Bedrock writes them. */
export const bedrockTags = (tags: ownership.Tags): Tag[] => [...tags].map(([key, value]) => ({ key, value }));

/** All tags of a resource. */
export async function tagsOf(bedrock: BedrockClient, resourceARN: string): Promise<ownership.Tags> {
  const { tags = [] } = await calling(`list the tags of ${resourceARN}`, () =>
    bedrock.send(new ListTagsForResourceCommand({ resourceARN })),
  );
  return new Map(tags.map(({ key = '', value = '' }) => [key, value]));
}

/**
 * Creates a resource of Bedrock, or attaches to it.
 *
 * @param what for people: `customization job product-reviews-7f3a9c-train`
 * @param arnOf the ARN of what has the name now; may throw where nothing has
 */
export async function createOrAttach(
  bedrock: BedrockClient,
  what: string,
  tags: ownership.Tags,
  create: () => Promise<unknown>,
  arnOf: () => Promise<string | undefined>,
): Promise<void> {
  const found = async (): Promise<ownership.Tags | undefined> => {
    const arn = await arnOf();
    return arn === undefined ? undefined : tagsOf(bedrock, arn);
  };
  await ownership.createOrAttach({ what, by: 'bedrock.amazonaws.com', tags, create, found });
}
