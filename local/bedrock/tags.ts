import type { Operations } from '../aws/operations.ts';
import { AwsError } from '../aws/protocol.ts';
import type { Service, Tag } from './context.ts';

const MAX_TAGS = 200;

/** The operations on tags, of whichever resource. */
export function tagOperations(services: readonly Service[]): Operations {
  const access = (arn: unknown, change?: (tags: readonly Tag[]) => Tag[]): readonly Tag[] => {
    for (const service of services) {
      const tags = service.resources?.tags(String(arn), change);
      if (tags) return tags;
    }
    throw new AwsError('ResourceNotFoundException', `Could not find the resource ${arn}.`);
  };
  return {
    ListTagsForResource: ({ resourceARN }) => ({ tags: access(resourceARN) }),
    TagResource: ({ resourceARN, tags }) => {
      access(resourceARN, (old) => merged(resourceARN, old, tags as readonly Tag[]));
      return {};
    },
    UntagResource: ({ resourceARN, tagKeys }) => {
      const keys = new Set(tagKeys as readonly string[]);
      access(resourceARN, (tags) => tags.filter(({ key }) => !keys.has(key)));
      return {};
    },
  };
}

function merged(resourceName: unknown, old: readonly Tag[], added: readonly Tag[]): Tag[] {
  const values = new Map([...old, ...added].map(({ key, value }) => [key, value]));
  if (values.size > MAX_TAGS)
    throw new AwsError('TooManyTagsException', `A resource has at most ${MAX_TAGS} tags`, undefined, { resourceName });
  return [...values].map(([key, value]) => ({ key, value }));
}
