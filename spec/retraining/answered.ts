/** Whether what is found of a served model is a reason to train again, after a run that has answered it. Pure. */
import { durationSeconds } from '../duration.ts';
import { dataPaths } from '../inputs.ts';
import type { Finding } from '../retrain.ts';
import type { Spec } from '../spec.ts';
import { roughly } from './ages.ts';
import type { JudgedRun } from './triggers.ts';

/** The last run of the schedule that was judged. */
export interface Answer extends JudgedRun {
  /** Whether the data has changed since, or it is not known. */
  readonly dataChanged: boolean;
}

/** Of a window, as firings do not come on the second, and with jitter. */
const NEARLY = 0.9;

/**
 * A shift that a run could not mend stays, and would start one at each firing, for ever. So a finding is a reason once: again
 * only as the data has changed, without which the same would come of it, and a whole window has passed, so that all of the
 * evidence is new.
 *
 * @param window how far back was looked: `7d` @param at when
 */
export function unlessAnswered(
  finding: Finding,
  window: string,
  { at, answer }: { readonly at: string; readonly answer: Answer | undefined },
): Finding {
  if (!finding.due || !answer) return finding;
  const { run, at: judgedAt, dataChanged } = answer;
  const age = (Date.parse(at) - Date.parse(judgedAt)) / 1000;
  const why = !dataChanged
    ? `nothing has changed in the data since ${run}, which was judged`
    : age < NEARLY * durationSeconds(window)
      ? `${run}, the last run that was judged, is ${roughly(age)} old, and a window of ${window} has to pass`
      : undefined;
  if (why === undefined) return finding;
  return {
    ...finding,
    due: false,
    reason: `${finding.reason}; no reason again: ${why}`,
    evidence: { ...finding.evidence, answeredBy: run },
  };
}

/** Whether firings have to know what has changed in the data. Logs of a service, which no path of the data names, always change. */
export function comparesData(spec: Spec): boolean {
  const { newData, drift, liveMetric } = spec.retrain?.when ?? {};
  return [newData, drift, liveMetric].some((trigger) => trigger !== undefined) && dataPaths(spec).length > 0;
}
