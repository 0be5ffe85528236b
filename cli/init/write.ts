import { constants } from 'node:fs';
import { copyFile, lstat, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { glob } from 'tinyglobby';
import { usageError } from '../errors.ts';
import { installed } from '../installation.ts';
import type { Template } from './templates.ts';

/** Writes a template into a directory, and returns its files, relative to it. Throws, with nothing written, where one exists. */
export async function writeTemplate(template: Template, directory: string): Promise<string[]> {
  const source = installed(`templates/${template}`);
  const files = (await glob('**', { cwd: source })).sort();
  const taken = (await Promise.all(files.map((file) => exists(join(directory, file))))).flatMap((isThere, i) =>
    isThere ? (files[i] ?? []) : [],
  );
  if (taken.length > 0) {
    throw usageError(
      'FilesInTheWay',
      [`nothing was written, as ${directory} has files of these names already:`, ...taken].join('\n  '),
      'name another directory with --dir, or move them away',
    );
  }
  for (const file of files) {
    const target = join(directory, file);
    try {
      await mkdir(dirname(target), { recursive: true });
      // What has come since the look above is not written over either.
      await copyFile(join(source, file), target, constants.COPYFILE_EXCL);
    } catch (error) {
      throw usageError(
        'FilesInTheWay',
        `cannot write ${target}: ${(error as Error).message}`,
        'name another directory',
      );
    }
  }
  return files;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
