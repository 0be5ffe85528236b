/** Tells a run's snapshots as they come: a line for each stage that is over, and a live one for the stage under way. */

import { formatSeconds } from '../../spec/duration.ts';
import type { RunRecord, Stage, Waiting } from '../../spec/record.ts';
import type { Output } from '../output.ts';
import type { Pending } from '../runs/pending.ts';
import type { Missing, Snapshot } from '../runs/watch.ts';
import { finishedStages, pendingLine, stageLine } from './record.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const FRAME_MS = 100;
/** How often a line tells of an upload where none can be redrawn. */
const UPLOAD_EVERY_MS = 15_000;

export class Story {
  readonly #output: Output;
  readonly #told = new Set<Stage>();
  #snapshot: Snapshot = { closed: false };
  #progress = '';
  #uploadToldAt = performance.now();
  #missing: Missing | undefined;
  #frame = 0;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(output: Output) {
    this.#output = output;
    if (output.animated) this.#timer = setInterval(() => this.#draw(), FRAME_MS);
  }

  tell(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    const { record, missing } = snapshot;
    if (missing !== this.#missing) this.#tellMissing(missing, record);
    this.#missing = missing;
    if (!record) return;
    for (const stage of finishedStages(record)) this.#tellStage(record, stage);
    if (!snapshot.closed) this.#tellProgress(record, snapshot);
    this.#draw();
  }

  /** Takes the live line away; nothing is told after this. */
  end(): void {
    clearInterval(this.#timer);
    this.#output.live(undefined);
  }

  #tellStage(record: RunRecord, stage: Stage): void {
    if (this.#told.has(stage)) return;
    this.#told.add(stage);
    const timing = record.timings.find((each) => each.stage === stage);
    this.#output.story({
      code: 'stage.finished',
      text: stageLine(record, stage, this.#output),
      data: { stage, seconds: timing?.seconds },
    });
  }

  /**
   * Where no line can be redrawn, each change of a job's status is a line of its own, and an upload has one now and then. What
   * is waited for, and what to do, has one everywhere: a line that is redrawn is cut at the width of the terminal.
   */
  #tellProgress({ stage }: RunRecord, { pending }: Snapshot): void {
    if (!pending || this.#told.has(stage)) return;
    const steady = this.#steady(pending);
    const text = pendingLine(stage, steady, '·', this.#output);
    if (text === this.#progress || (!steady.progress && !steady.problem && !steady.waiting)) return;
    this.#progress = text;
    const { progress, problem, waiting } = steady;
    const data = { stage, ...progress, ...(waiting && { waiting }), ...(problem && { problem }) };
    this.#output.story({ code: 'stage.progress', text, data });
  }

  #steady(pending: Pending): Pending {
    if (!this.#output.animated) return this.#isUploadDue(pending) ? pending : withoutNumbers(pending);
    const { waiting, attempt } = pending;
    return { attempt, ...(waiting && { waiting: withoutTries(waiting) }) };
  }

  #isUploadDue({ progress }: Pending): boolean {
    if (!progress || !('rate' in progress) || performance.now() - this.#uploadToldAt < UPLOAD_EVERY_MS) return false;
    this.#uploadToldAt = performance.now();
    return true;
  }

  #tellMissing(missing: Missing | undefined, record: RunRecord | undefined): void {
    const text = missing ? MISSING[missing].replace('RUN', record?.run ?? 'RUN') : '  … going on';
    this.#output.note({ code: missing ? `missing.${missing}` : 'missing.none', text });
  }

  #draw(): void {
    const { record, pending, closed } = this.#snapshot;
    if (!this.#output.animated || !record || closed || this.#told.has(record.stage)) {
      this.#output.live(undefined);
      return;
    }
    this.#frame = (this.#frame + 1) % FRAMES.length;
    const started = record.timings.find(({ stage }) => stage === record.stage)?.startedAt;
    const elapsed = started ? formatSeconds(Math.max(0, (Date.now() - Date.parse(started)) / 1000)) : '';
    const mark = this.#output.style.cyan(FRAMES[this.#frame] ?? '');
    const shown = pending?.waiting ? { ...pending, waiting: { ...pending.waiting, message: '' } } : pending;
    this.#output.live(pendingLine(record.stage, shown, mark, this.#output, elapsed));
  }
}

/** Metrics, bytes and tries change at each look: they are for the live line. */
function withoutNumbers({ progress, waiting, ...rest }: Pending): Pending {
  const steady = waiting ? { ...rest, waiting: withoutTries(waiting) } : rest;
  if (!progress || 'file' in progress || 'asked' in progress) return steady;
  const { metrics: _, ...status } = progress;
  return { ...steady, progress: status };
}

function withoutTries({ tries: _, nextTryAt: __, ...waiting }: Waiting): Waiting {
  return waiting;
}

const MISSING: Readonly<Record<Missing, string>> = {
  worker: '  … no worker answers: the run waits for one; start it with: temper worker',
  version:
    '  … no worker has the version of the run: another takes it in within a minute where it can; start its own with: temper worker --drain',
  code: '  … a worker with other code answered: the run waits for one with the code that it was started with',
  inputs: '  … the run waits for its files; upload them, from the machine that has them, with: temper upload RUN',
  temporal: '  … Temporal does not answer: trying again',
};
