/** What services keep of what served models are asked, whichever service it is. */
import { z } from 'zod';

/** A row that a served model was asked, and what it answered, as the service has kept it. */
export interface Exchange {
  readonly at: Date;
  /** The service's own id of the request: SageMaker's `eventId`, Bedrock's `requestId`. */
  readonly requestId: string;
  /** What the caller has named it: SageMaker's `InferenceId`, or `requestMetadata.inferenceId` at Bedrock. */
  readonly inferenceId?: string;
  /** Which row of the request it is, from 0. */
  readonly row: number;
  /**
   * The row as a script gets it: an object such as `{ text }`, or text where the request was no JSON. Of Bedrock a
   * {@link Conversation}, whatever operation it was asked by.
   */
  readonly question: unknown;
  /** Of the same kind as the question; of Bedrock always text. Absent where it was not kept, or has other rows. */
  readonly answer?: unknown;
}

/** What a model of Bedrock was asked, in the form of a row of chat. */
export interface Conversation {
  readonly messages: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[];
}

/** One request, as it stands in a file of the service. */
export interface KeptRequest {
  readonly exchanges: readonly Exchange[];
  /** A run asked it, to evaluate or to prove what it deploys: it is nobody's traffic. */
  readonly own: boolean;
}

/** It stands in a service's file, and is not what the service writes. The message says what is wrong with it. */
export class BrokenRecord extends Error {
  override readonly name = 'BrokenRecord';
}

/** A line as a service writes it. Throws a {@link BrokenRecord} where it is something else. */
export function parsedLine<T extends z.ZodType>(line: string, schema: T): z.infer<T> {
  try {
    return schema.parse(JSON.parse(line));
  } catch (error) {
    const [issue] = error instanceof z.ZodError ? error.issues : [];
    throw new BrokenRecord(issue ? `${issue.path.join('.')}: ${issue.message}` : (error as Error).message);
  }
}
