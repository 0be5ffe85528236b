import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { missingFiles } from '../../activities/source.ts';
import { formatProblems, parseSpec } from '../../spec/parse.ts';
import type { Spec } from '../../spec/spec.ts';
import type { Context } from '../context.ts';
import { usageError } from '../errors.ts';

export interface SpecFile {
  readonly spec: Spec;
  /** Where its relative paths start; absolute. */
  readonly directory: string;
}

/** Reads and checks a spec and the files it names. Throws a user error with everything that is wrong. */
export async function readSpec({ cwd }: Context, file: string, overrides: readonly string[]): Promise<SpecFile> {
  const path = resolve(cwd, file);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usageError('SpecUnreadable', `cannot read ${file}: ${reason(error)}`, 'give the path of a temper.yaml');
  });
  const parsed = parseSpec(text, { file, overrides });
  if (!parsed.ok) {
    throw usageError(
      'InvalidSpec',
      [`${file} cannot be run:`, ...formatProblems(parsed.problems).split('\n')].join('\n  '),
    );
  }
  const directory = dirname(path);
  const missing = await missingFiles(parsed.spec, directory);
  if (missing.length > 0)
    throw usageError('FilesMissing', [`${file} names files that are not there:`, ...missing].join('\n  '));
  return { spec: parsed.spec, directory };
}

function reason(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'no such file';
  return error.code === 'EISDIR' ? 'it is a directory' : error.message;
}
