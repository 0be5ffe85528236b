import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { describeMissing, missingFiles } from '../../activities/data/source.ts';
import { doubtsOf } from '../../spec/bedrock/doubts.ts';
import { servingProblem } from '../../spec/bedrock/serving.ts';
import { isBedrock, isSageMaker } from '../../spec/engine.ts';
import { imageUri } from '../../spec/images.ts';
import type { NamedOverride } from '../../spec/overrides.ts';
import { formatProblems, parseSpec } from '../../spec/parse.ts';
import type { Spec } from '../../spec/spec.ts';
import type { Context } from '../context.ts';
import { didYouMean, usageError, whyUnreadable } from '../errors.ts';
import { answerSchemaProblem } from './answer-schema.ts';

export interface SpecFile {
  /** As it was given. */
  readonly file: string;
  readonly spec: Spec;
  /** Where its relative paths start; absolute. */
  readonly directory: string;
}

/** The text of a spec. Throws a user error where it cannot be read, with the name beside it that was probably meant. */
export async function readSpecText(path: string, file: string): Promise<string> {
  return readFile(path, 'utf8').catch(async (error: NodeJS.ErrnoException) => {
    const beside = await readdir(dirname(path)).catch(() => []);
    const fix = didYouMean(basename(path), beside, 'give the path of a temper.yaml');
    throw usageError('SpecUnreadable', `cannot read ${file}: ${whyUnreadable(error)}`, fix);
  });
}

/** Reads and checks a spec and the files it names, and warns. Throws a user error with everything that is wrong. */
export async function readSpec(
  { cwd, output }: Context,
  file: string,
  overrides: readonly (string | NamedOverride)[],
  without: readonly string[] = [],
): Promise<SpecFile> {
  const path = resolve(cwd, file);
  const text = await readSpecText(path, file);
  const parsed = parseSpec(text, { file, overrides, without });
  if (!parsed.ok) {
    throw usageError(
      'InvalidSpec',
      [`${file} cannot be run:`, ...formatProblems(parsed.problems).split('\n')].join('\n  '),
    );
  }
  const schemaProblem = await answerSchemaProblem(parsed.spec);
  if (schemaProblem) throw usageError('InvalidSpec', `${file} cannot be run:\n  ${file}  ${schemaProblem}`);
  const directory = dirname(path);
  const missing = await missingFiles(parsed.spec, directory);
  if (missing.length > 0)
    throw usageError(
      'FilesMissing',
      [`${file} names files that are not there:`, ...missing.map(describeMissing)].join('\n  '),
    );
  for (const { code, steps, message, fix } of isBedrock(parsed.spec) ? doubtsOf(parsed.spec) : []) {
    output.note({ code, text: `  ${output.noteStyle.yellow('!')} ${steps.join('.')}: ${message}; ${fix}` });
  }
  return { file, spec: parsed.spec, directory };
}

/** What can be said of a spec once its region is known. Throws a user error where it cannot be run there. */
export function checkRegion({ file, spec }: SpecFile, region: string): void {
  const unserved = servingProblem(spec, region);
  const problems = [
    ...imageProblems(spec, region),
    ...(unserved ? [`${unserved.path.join('.')}: ${unserved.message}`] : []),
  ].map((problem) => `${file}  ${problem}`);
  if (problems.length > 0) throw usageError('InvalidSpec', [`${file} cannot be run:`, ...problems].join('\n  '));
}

/** Short names of images stand for other addresses in each region, and for none in some. */
function imageProblems(spec: Spec, region: string): string[] {
  if (!isSageMaker(spec)) return [];
  const images = Object.entries({ 'train.image': spec.train.image, 'serve.image': spec.serve.image });
  return images.flatMap(([field, image]) => {
    try {
      if (image !== undefined) imageUri(image, region);
      return [];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return [`${field}: ${error.message}`];
    }
  });
}
