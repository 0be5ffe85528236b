/** How far activities are, as they leave it in their heartbeat details. */
import type { Metric } from './numbers.ts';

/** What a waiting activity leaves as heartbeat details at each look: it outlives the attempt, `watch` and the UI show it. */
export interface JobProgress {
  /** The AWS name of the job or endpoint. */
  readonly resource: string;
  /** Its status in AWS's words, `InProgress`. */
  readonly status: string;
  /** The finer status in AWS's words, `Downloading`. */
  readonly secondaryStatus?: string;
  readonly metrics?: Readonly<Record<string, Metric>>;
}

/** What an activity that asks a model leaves as heartbeat details. */
export interface AskingProgress {
  /** The model that is asked, and what for: `amazon.nova-lite-v1:0`. */
  readonly asked: string;
  readonly answered: number;
  readonly total: number;
  /** How many questions are under way at once, as far as AWS lets. */
  readonly atOnce: number;
}

/** What the data stage leaves as heartbeat details while it reads or uploads. */
export interface DataProgress {
  /** The file that is read, or what is uploaded: `train.jsonl`, `3 files`. */
  readonly file: string;
  readonly bytes: number;
  readonly total: number;
  /** Bytes a second, of late; of uploads only, and not before there is something to judge by. */
  readonly rate?: number | undefined;
}
