/** What is wrong with a spec, its files or its data, in one form. */
import type { MissingFile } from '../../activities/data/source.ts';
import type { SpecDoubt } from '../../spec/bedrock/doubts.ts';
import type { CheckFinding } from '../../spec/check.ts';
import type { ProblemGroup } from '../../spec/data/problems.ts';
import type { SpecProblem } from '../../spec/parse.ts';

export function specFinding({ code, file, line, path, message, fix }: SpecProblem): CheckFinding {
  const place = { file, ...(line > 0 ? { line } : {}) };
  const told = path === '' ? message : `${path}: ${message}`;
  return { code, message: told, ...(fix ? { fix } : {}), ...place, count: 1, places: [place] };
}

export function missingFinding(file: string, { field, message, fix }: MissingFile): CheckFinding {
  return { code: 'FilesMissing', message: `${field}: ${message}`, fix, file, count: 1, places: [{ file }] };
}

export function doubtFinding(file: string, { code, steps, message, fix }: SpecDoubt): CheckFinding {
  return { code, message: `${steps.join('.')}: ${message}`, fix, file, count: 1, places: [{ file }] };
}

export function dataFinding({ code, message, fix, count, places }: ProblemGroup): CheckFinding {
  const told = places.map(({ file, line, value }) => ({
    file,
    ...(line > 0 ? { line } : {}),
    ...(value === '' ? {} : { value }),
  }));
  const { value: _, ...first } = told[0] ?? { file: '', value: '' };
  return { code, message, fix, ...first, count, places: told };
}
