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

/** What is wrong with the training data as a whole. */
export function sizeProblems({ train, validation }: TrainingSizes, limits: Limits): RowProblem[] {
  const both = train.records + validation.records;
  const counts: readonly [what: string, count: number, least: LimitName | undefined, most: LimitName][] = [
    ['training records', train.records, 'minTrainRecords', 'trainRecords'],
    ['validation records', validation.records, undefined, 'validationRecords'],
    ['training and validation records', both, 'minRecords', 'records'],
  ];
  const problems = counts.flatMap(([what, count, least, most]): RowProblem[] => {
    const [min = 0, max = Number.POSITIVE_INFINITY] = [least && limits[least], limits[most]];
    if (count >= min && count <= max) return [];
    const tooFew = count < min;
    const fix = tooFew ? 'add rows' : 'take rows away';
    return [
      {
        code: 'record_limit',
        message: `${count} ${what}, where the model takes ${tooFew ? `${min} at least` : `${max} at most`}`,
        value: '',
        fix: `${fix}, or where your quota is another: train.limits.${tooFew ? least : most}`,
      },
    ];
  });
  const files: readonly [what: string, bytes: number, most: LimitName][] = [
    ['training', train.bytes, 'trainBytes'],
    ['validation', validation.bytes, 'validationBytes'],
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

const inGigabytes = (bytes: number): string => `${Number((bytes / 1e9).toPrecision(3))} GB`;
