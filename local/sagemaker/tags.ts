import type { Operations } from '../aws/operations.ts';
import { AwsError, validationError } from '../aws/protocol.ts';
import type { Collection } from '../aws/store.ts';
import type { Tag, Tagged } from './context.ts';

const MAX_TAGS = 50;

/** Where the tags of one kind of resource are. */
export interface TagHolder {
  /** Reads the tags of a resource, or changes them by `change`; `undefined` where the ARN is none of this kind's. */
  tags(arn: string, change?: (tags: readonly Tag[]) => Tag[]): readonly Tag[] | undefined;
}

export function tagHolder<T extends Tagged>(
  collection: Collection<T>,
  arn: (record: T) => string,
  name: (record: T) => string,
): TagHolder {
  return {
    tags(wanted, change) {
      const record = collection.values().find((each) => arn(each) === wanted.toLowerCase());
      if (!record) return undefined;
      if (change) {
        record.Tags = change(record.Tags ?? []);
        collection.put(name(record), record);
      }
      return record.Tags ?? [];
    },
  };
}

export function tagOperations(holders: readonly TagHolder[]): Operations {
  const access = (arn: unknown, change?: (tags: readonly Tag[]) => Tag[]): readonly Tag[] => {
    for (const holder of holders) {
      const tags = holder.tags(String(arn), change);
      if (tags) return tags;
    }
    throw new AwsError('ResourceNotFound', `Could not find resource ${arn}`);
  };
  return {
    AddTags: ({ ResourceArn, Tags }) => ({ Tags: access(ResourceArn, (tags) => merged(tags, Tags as readonly Tag[])) }),
    ListTags: ({ ResourceArn }) => ({ Tags: access(ResourceArn) }),
    DeleteTags: ({ ResourceArn, TagKeys }) => {
      const keys = new Set(TagKeys as readonly string[]);
      access(ResourceArn, (tags) => tags.filter(({ Key }) => !keys.has(Key)));
      return {};
    },
  };
}

function merged(old: readonly Tag[], added: readonly Tag[]): Tag[] {
  const values = new Map([...old, ...added].map(({ Key, Value }) => [Key, Value]));
  if (values.size > MAX_TAGS) throw validationError(`Too many tags: a resource has at most ${MAX_TAGS}`);
  return [...values].map(([Key, Value]) => ({ Key, Value }));
}
