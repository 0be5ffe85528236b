import type { Operations } from '../aws/operations.ts';
import type { ObjectStore } from '../aws/s3.ts';

/** What the parts of the region's Bedrock share. */
export interface Context {
  readonly home: string;
  readonly region: string;
  readonly account: string;
  readonly s3: ObjectStore;
  /** Aborted when the region shuts down: work ends where it is, and nothing fails by it. */
  readonly shutdown: AbortSignal;
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** A model that can be asked. */
export interface Served {
  /** Id of the base model it was made of, without the length of a context: it says what InvokeModel takes and gives. */
  readonly base: string;
  /** File of what it has learned, a SavedModel as JSON; absent where that is nothing. */
  readonly learned?: string;
}

/** A part of Bedrock: what it answers, and what it does meanwhile. */
export interface Service {
  readonly operations: Operations;
  /** The name of the resource that an ARN of this part's kind stands for. */
  nameOf?(arn: string): string | undefined;
  /** Reads the tags of a resource, or changes them by `change`; `undefined` where the ARN is none of this part's. */
  tags?(arn: string, change?: (tags: readonly Tag[]) => Tag[]): readonly Tag[] | undefined;
  /**
   * The model that answers where a caller names one of this part's resources as its model; `undefined` where the id is
   * none of them. Throws AWS's error where the resource cannot be asked, or not yet.
   */
  served?(modelId: string): Served | undefined;
  /** Takes up what a former process of the region left. */
  resume?(): void;
  /** Resolves when nothing runs any more; called after the shutdown signal. */
  close?(): Promise<void>;
}
