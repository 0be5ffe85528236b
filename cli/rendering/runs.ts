import { formatSeconds } from '../../spec/duration.ts';
import type { Screen } from '../output.ts';
import type { RunSummary } from '../runs/list.ts';
import { formatMetric, table } from './format.ts';

/** The list of runs as people read it. */
export function renderRuns(runs: readonly RunSummary[], now: Date, { style, columns }: Screen): string {
  const colour = (outcome: string): string => {
    if (outcome === 'passed') return style.green(outcome);
    return ['rejected', 'declined', 'cancelled'].includes(outcome) ? style.yellow(outcome) : style.red(outcome);
  };
  const scheduled = runs.some(({ schedule }) => schedule !== undefined);
  const rows = [
    ['NAME', 'ID', 'STAGE', 'OUTCOME', 'SCORE', 'STARTED', 'TOOK', 'ENGINE', ...(scheduled ? ['BY'] : [])].map(
      (title) => style.dim(title),
    ),
    ...runs.map(({ name, id, engine, stage, waiting, outcome, score, schedule, startedAt, endedAt }) => {
      const seconds = ((endedAt ? Date.parse(endedAt) : now.getTime()) - Date.parse(startedAt)) / 1000;
      return [
        name,
        id,
        stage ?? '',
        outcome ? colour(outcome) : style.cyan(waiting ? `waits for ${waiting}` : 'running'),
        score === undefined ? '' : formatMetric(score),
        `${startedAt.slice(0, 16).replace('T', ' ')} UTC`,
        formatSeconds(Math.max(0, seconds)),
        engine ?? '',
        ...(scheduled ? [schedule ? 'schedule' : ''] : []),
      ];
    }),
  ];
  return table(rows, columns);
}
