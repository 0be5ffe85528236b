import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Something in a directory, by its path from there. */
export interface Found {
  readonly name: string;
  readonly path: string;
  readonly entry: Dirent;
}

/** Everything below a directory, sorted by name. Symbolic links are found, and not followed: they may lead in circles. */
export async function walk(directory: string): Promise<Found[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { name: relative(directory, path), path, entry };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
