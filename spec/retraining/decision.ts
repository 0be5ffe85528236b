/** The decision of a firing, drawn from its findings and from what stands in the way. Pure. */
import type { Asked, Finding, Obstacle, RetrainDecision } from '../retrain.ts';

/** What keeps a firing from training, whether or not it has a reason to. */
export interface Hindrance {
  readonly obstacle: Obstacle;
  readonly reason: string;
}

export interface Deciding {
  /** Workflow id of the firing. */
  readonly firing: string;
  readonly at: string;
  readonly asked?: Asked | undefined;
  readonly findings: readonly Finding[];
  readonly hindrances: readonly Hindrance[];
}

/** Trains where any trigger is due and nothing stands in the way. A skip says all that holds. */
export function decisionOf({ firing, at, asked, findings, hindrances }: Deciding): RetrainDecision {
  const due = findings.filter((finding) => finding.due);
  const common = { firing, at, findings, ...(asked && { asked }) };
  const reasons = (some: readonly { readonly reason: string }[]): string => some.map(({ reason }) => reason).join('; ');
  if (due.length > 0 && hindrances.length === 0) return { ...common, decided: 'train', reason: reasons(due) };
  const [first] = hindrances;
  if (due.length > 0 && first) {
    const reason = `${reasons(hindrances)}; there was reason to train: ${reasons(due)}`;
    return { ...common, decided: 'skip', reason, obstacle: first.obstacle };
  }
  return { ...common, decided: 'skip', reason: reasons([...findings, ...hindrances]) };
}

/** @param open workflow ids of the runs of the name, and of its firings, that are under way */
export function openHindrance(open: readonly string[]): Hindrance | undefined {
  if (open.length === 0) return undefined;
  const [first, ...others] = open;
  const more = others.length > 0 ? ` and ${others.length} more are` : ' is';
  return { obstacle: 'runOpen', reason: `${first}${more} under way` };
}

/** Temporal starts a firing that is asked for within seconds of the time that it is for; the clocks of both may differ. */
const IN_TIME_MS = 60_000;

/**
 * A pause holds back what Temporal has still in store from before, as the rest of a backfill, which Temporal itself starts
 * nevertheless: what fails is paid for once. Who triggers a paused schedule lets it fire.
 */
export function pausedHindrance({
  paused,
  scheduledAt,
  startedAt,
}: {
  readonly paused: boolean;
  readonly scheduledAt: string;
  readonly startedAt: string;
}): Hindrance | undefined {
  if (!paused || Date.parse(startedAt) - Date.parse(scheduledAt) < IN_TIME_MS) return undefined;
  return { obstacle: 'paused', reason: 'the schedule is paused, and this is a firing of an earlier time' };
}
