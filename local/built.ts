import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file of the build, such as `local/daemon.js`: what Node runs, from wherever this module was loaded. */
export function builtFile(path: string): string {
  let directory = import.meta.dirname;
  while (!existsSync(join(directory, 'package.json'))) {
    if (directory === dirname(directory)) throw new Error(`no package.json above ${import.meta.dirname}`);
    directory = dirname(directory);
  }
  const file = join(directory, 'dist', path);
  if (!existsSync(file)) throw new Error(`${file} is missing; build it with npm run build`);
  return file;
}
