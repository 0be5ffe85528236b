/** How many records, and how large files, a model takes. */
import type { RowProblem } from '../data/problems.ts';
import type { LimitName, Limits } from './customization.ts';

/** What a file of training data holds. */
export interface FileSize {
  readonly records: number;
  readonly bytes: number;
}

export interface TrainingSizes {
  readonly train: FileSize;
  readonly validation: FileSize;
}

/**
 * What is wrong with the training data as a whole.
 *
 * @param sizes where they are not known exactly, the most that they can be
 * @param least the least that they can be
 */
export function sizeProblems(sizes: TrainingSizes, limits: Limits, least: TrainingSizes = sizes): RowProblem[] {
  const { train, validation } = sizes;
  const counts: readonly [what: string, most: number, least: number, min: LimitName | undefined, max: LimitName][] = [
    ['training records', train.records, least.train.records, 'minTrainRecords', 'trainRecords'],
    ['validation records', validation.records, least.validation.records, undefined, 'validationRecords'],
    [
      'training and validation records',
      train.records + validation.records,
      least.train.records + least.validation.records,
      'minRecords',
      'records',
    ],
  ];
  const problems = counts.flatMap(([what, most, fewest, min, max]): RowProblem[] => {
    const floor = (min && limits[min]) ?? 0;
    if (most < floor)
      return [recordProblem(`${most} ${what}, where the model takes ${floor} at least`, 'add rows', min)];
    const ceiling = limits[max] ?? Number.POSITIVE_INFINITY;
    if (fewest <= ceiling) return [];
    return [recordProblem(`${fewest} ${what}, where the model takes ${ceiling} at most`, 'take rows away', max)];
  });
  const files: readonly [what: string, bytes: number, most: LimitName][] = [
    ['training', least.train.bytes, 'trainBytes'],
    ['validation', least.validation.bytes, 'validationBytes'],
  ];
  for (const [what, bytes, most] of files) {
    const max = limits[most];
    if (max === undefined || bytes <= max) continue;
    problems.push({
      code: 'file_limit',
      message: `the ${what} data is larger than the ${inGigabytes(max)} that the model takes`,
      value: inGigabytes(bytes),
      fix: `take rows away, or where your quota is another: train.limits.${most}`,
    });
  }
  return problems;
}

const recordProblem = (message: string, fix: string, limit: LimitName | undefined): RowProblem => ({
  code: 'record_limit',
  message,
  value: '',
  fix: `${fix}, or where your quota is another: train.limits.${limit}`,
});

const inGigabytes = (bytes: number): string => `${Number((bytes / 1e9).toPrecision(3))} GB`;
