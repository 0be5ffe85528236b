import type { ProblemGroup } from '../../../spec/data/problems.ts';

/** The problems of a tally, which knows neither its file nor where in it its lines are. */
export function placed(groups: readonly ProblemGroup[], file: string, firstLine: number): ProblemGroup[] {
  return groups.map((group) => ({
    ...group,
    places: group.places.map(({ line, value }) => ({ file, line: firstLine + line, value })),
  }));
}
