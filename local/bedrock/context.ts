import type { Operations } from '../aws/operations.ts';
import type { ObjectStore } from '../aws/s3.ts';
import type { Quotas } from './quotas.ts';

/** What the parts of the region's Bedrock share. */
export interface Context {
  readonly home: string;
  readonly region: string;
  readonly account: string;
  readonly s3: ObjectStore;
  readonly lambdaEndpoint: string;
  readonly quotas: Quotas;
  /** How long a status lasts at least, so that whoever watches sees it. */
  readonly paceMs: number;
  /** Aborted when the region takes another fault plan, which ends what the last one holds. */
  planned(): AbortSignal;
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
  /** Whether Converse takes it; where not given, that is as with its base. */
  readonly conversation?: boolean;
  /** Whether it answers already; where not given, it does. */
  readonly ready?: boolean;
}

/** The resources of one kind, as far as all kinds are alike. */
export interface Findable {
  /** The name of the resource that an ARN of this kind stands for. */
  nameOf(arn: string): string | undefined;
  /** Reads the tags of a resource, or changes them by `change`; `undefined` where the ARN is none of this kind's. */
  tags(arn: string, change?: (tags: readonly Tag[]) => Tag[]): readonly Tag[] | undefined;
}

/** A part of Bedrock: what it answers, and what it does meanwhile. */
export interface Service {
  readonly operations: Operations;
  readonly resources?: Findable;
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
