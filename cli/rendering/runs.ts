import { formatSeconds } from '../../spec/duration.ts';
import type { Screen } from '../output.ts';
import type { RunSummary } from '../runs/find.ts';
import { table } from './format.ts';

/** The list of runs as people read it. */
export function renderRuns(runs: readonly RunSummary[], now: Date, { style, columns }: Screen): string {
  const colour = (outcome: string): string => {
    if (outcome === 'passed') return style.green(outcome);
    return ['rejected', 'declined', 'cancelled'].includes(outcome) ? style.yellow(outcome) : style.red(outcome);
  };
  const rows = [
    ['NAME', 'ID', 'STAGE', 'OUTCOME', 'STARTED', 'TOOK', 'ENGINE'].map((title) => style.dim(title)),
    ...runs.map(({ name, id, engine, stage, waiting, outcome, startedAt, endedAt }) => {
      const seconds = ((endedAt ? Date.parse(endedAt) : now.getTime()) - Date.parse(startedAt)) / 1000;
      return [
        name,
        id,
        stage ?? '',
        outcome ? colour(outcome) : style.cyan(waiting ? `waits for ${waiting}` : 'running'),
        `${startedAt.slice(0, 16).replace('T', ' ')} UTC`,
        formatSeconds(Math.max(0, seconds)),
        engine ?? '',
      ];
    }),
  ];
  return table(rows, columns);
}
