/** Verdicts on a data set as a whole, from what its parts add up to. */
import { normalise } from '../../../spec/data/examples.ts';
import type { Shape } from '../../../spec/data/formats.ts';
import type { DataProblems } from '../../../spec/data/problems.ts';
import type { PartName } from '../../../spec/data/report.ts';
import type { SplitOptions } from '../../../spec/data/split.ts';
import {
  MAX_LABELS,
  noneLeft,
  oneLabel,
  similarLabels,
  tooManyLabels,
  unknownLabel,
} from '../../../spec/data/verdicts.ts';
import type { PartTally } from './part-tally.ts';

type Tallies = ReadonlyMap<PartName, PartTally>;
type Paths = ReadonlyMap<PartName, string>;
interface Judged {
  readonly error: DataProblems;
  readonly warning: DataProblems;
}

export function judgeLabels(tallies: Tallies, paths: Paths, shape: Shape, judged: Judged): void {
  const trained = tallies.get('source') ?? tallies.get('train');
  const path = paths.get('source') ?? paths.get('train') ?? '';
  if (trained === undefined || trained.rows === 0) return;
  const labels = [...trained.labels.keys()];
  const [label = ''] = labels;
  if (labels.length === 1) judged.error.add(oneLabel(path, label));
  const tooMany = [...tallies.values()].flatMap((tally) => [...tally.labels].slice(MAX_LABELS))[0];
  if (tooMany) {
    const [last, { first }] = tooMany;
    judged.error.add(tooManyLabels(last, first, shape));
    return;
  }
  for (const [unknown, { count, first }] of tallies.get('test')?.labels ?? []) {
    if (trained.labels.has(unknown)) continue;
    const { file, line, value, ...problem } = unknownLabel(unknown, first);
    judged.error.merge([{ ...problem, count, places: [{ file, line, value }] }]);
  }
  for (const alike of alikeLabels(labels)) judged.warning.add(similarLabels(path, alike));
}

/** Labels that a person would take for one. */
function alikeLabels(labels: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const label of labels) groups.set(normalise(label), [...(groups.get(normalise(label)) ?? []), label]);
  return [...groups.values()].filter((group) => group.length > 1);
}

export function judgeSizes(tallies: Tallies, paths: Paths, split: SplitOptions | undefined, judged: Judged): void {
  const source = tallies.get('source');
  if (source === undefined || split === undefined || source.rows === 0 || judged.error.count > 0) return;
  const distinct = source.rows - source.repeated;
  // Every label keeps a row to train on. Of a text under two labels it is not known here which is kept: a label that may
  // go with it takes no room.
  let room = distinct - Math.max(1, source.labels.size - source.conflicts);
  for (const name of ['test', 'validation'] as const) {
    if (split[name] === 0) continue;
    const size = Math.min(Math.round(distinct * split[name]), room);
    if (size <= 0) judged.error.add(noneLeft(paths.get('source') ?? '', name, distinct));
    room -= Math.max(0, size);
  }
}
