import { join } from 'node:path';
import { AwsError, validationError } from '../aws/protocol.ts';
import { Collection } from '../aws/store.ts';
import type { Context, Findable, Tag } from './context.ts';

/** What every resource has, beside the members that AWS tells of it. */
export interface Resource {
  /** Twelve characters, with which the ARN ends. */
  readonly id: string;
  readonly arn: string;
  name: string;
  tags: readonly Tag[];
  /** The request that made it, for clients that repeat theirs. */
  readonly request: MadeBy;
}

export interface MadeBy {
  readonly token?: string | undefined;
  readonly body: string;
  /** Seconds since 1970. */
  readonly at: number;
}

/** Resources of one kind: on disk, and found by name or ARN. */
export class Resources<T extends Resource> implements Findable {
  readonly #kind: string;
  readonly #records: Collection<T>;

  /** `kind` is for people: `custom model`, which is kept in `custom-models` where no directory is given. */
  constructor({ home }: Context, kind: string, directory = `${kind.replaceAll(' ', '-')}s`) {
    this.#kind = kind;
    this.#records = new Collection(join(home, 'state', directory));
  }

  values(): T[] {
    return this.#records.values();
  }

  find(identifier: unknown): T | undefined {
    return this.values().find(({ arn, name }) => arn === identifier || name === identifier);
  }

  /** Throws a ResourceNotFoundException where there is none. */
  get(identifier: unknown): T {
    const found = this.find(identifier);
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', `Could not find the ${this.#kind} ${identifier}.`);
  }

  save(record: T): void {
    this.#records.put(record.id, record);
  }

  delete({ id }: T): void {
    this.#records.delete(id);
  }

  byArn(arn: string): T | undefined {
    return this.values().find((record) => record.arn === arn);
  }

  nameOf(arn: string): string | undefined {
    return this.byArn(arn)?.name;
  }

  tags(arn: string, change?: (tags: readonly Tag[]) => Tag[]): readonly Tag[] | undefined {
    const record = this.byArn(arn);
    if (record && change) {
      record.tags = change(record.tags);
      this.save(record);
    }
    return record?.tags;
  }

  /**
   * What the same request has made before: a client's token is remembered for some minutes. Throws where it comes with
   * another request, or where the name is taken.
   */
  madeBefore(name: string, request: MadeBy): T | undefined {
    const known = this.values().find(
      (each) => request.token !== undefined && each.request.token === request.token && fresh(each.request, request.at),
    );
    if (known && known.request.body !== request.body)
      throw validationError('The provided client request token was used with other parameters.');
    if (!known && this.values().some((each) => each.name === name))
      throw validationError(`The provided ${this.#kind} name is currently in use.`);
    return known;
  }
}

const REMEMBERED_SECONDS = 10 * 60;

function fresh({ at }: MadeBy, now: number): boolean {
  return now - at < REMEMBERED_SECONDS;
}
