/** Everything asked of a model, once: what is saved is not asked again. */
import { setMaxListeners } from 'node:events';
import { Context } from '@temporalio/activity';
import type { AskingProgress } from '../../../spec/progress.ts';
import { failure } from '../../errors.ts';
import { tell } from '../../heartbeating.ts';
import { inOrder } from './in-order.ts';
import { Limiter } from './limiter.ts';
import type { Parts, Saved } from './parts.ts';

/** Items under way or done and waiting for one before them, for each that AWS is asked at once. */
const WINDOW = 4;

interface Work<I, S extends Saved> {
  /** All items; those that are saved are passed over. */
  readonly items: AsyncIterable<I>;
  readonly total: number;
  readonly parts: Parts<S>;
  readonly concurrency: number;
  /** For people: `amazon.nova-lite-v1:0`. */
  readonly asked: string;
  /** Answers one item by asking in the limiter's turn. `row` counts from 1. */
  readonly answer: (item: I, row: number, asking: Asking) => Promise<S>;
  /** Why there is no answer, in AWS's words; `undefined` where there is one. */
  readonly refusal: (saved: S) => string | undefined;
}

export interface Asking {
  readonly limiter: Limiter;
  readonly signal: AbortSignal;
}

/** Asks what is not saved yet, and saves it as it comes; ends promptly when the activity is cancelled. */
export async function answerAll<I, S extends Saved>({ parts, total, concurrency, ...work }: Work<I, S>): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([Context.current().cancellationSignal, failed.signal]);
  // Each question under way listens.
  setMaxListeners(0, signal);
  const limiter = new Limiter(concurrency, signal);
  let answered = await parts.rows();
  const say = (): void => {
    const progress: AskingProgress = { asked: work.asked, answered, total, atOnce: limiter.limit };
    tell(progress);
  };
  say();
  if (answered >= total) return;
  const answer = ({ item, row }: { item: I; row: number }): Promise<S> => work.answer(item, row, { limiter, signal });
  const answers = inOrder(unsaved(work.items, answered), WINDOW * concurrency, answer, (reason) =>
    failed.abort(reason),
  );
  const writer = parts.writer();
  let hope = answered > 0;
  try {
    for await (const saved of answers) {
      writer.add(saved);
      answered += 1;
      say();
      const reason = work.refusal(saved);
      if (reason === undefined) hope = true;
      else if (!hope && answered === Math.min(HOPELESS_ROWS, total)) {
        throw failure('InvalidRequest', `${work.asked} answered none of the first ${answered} rows: ${reason}`);
      }
    }
  } finally {
    // Also when it fails: what has been answered is paid.
    await writer.close();
  }
}

/** Where nobody gets an answer, asking on would only take longer. */
const HOPELESS_ROWS = 10;

/** The items after those that are saved, each with its row. */
async function* unsaved<I>(items: AsyncIterable<I>, saved: number): AsyncGenerator<{ item: I; row: number }> {
  let row = 0;
  for await (const item of items) {
    row += 1;
    if (row > saved) yield { item, row };
  }
}
