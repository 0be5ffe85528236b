/** Builds of the CLI whose workflow code is another, as after an update of the machines that run workers. */
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from './region.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROOMS = ['cli', 'activities', 'local', 'spec', 'workflows'];

/** A copy of the build in whose workflow code `from` stands as `to`; gives the path of its `temper`. */
export async function changedBuild(from: string, to: string): Promise<string> {
  const root = await temporaryDirectory();
  const dist = join(root, 'dist');
  await mkdir(dist);
  await Promise.all([
    symlink(join(ROOT, 'node_modules'), join(root, 'node_modules')),
    ...['package.json', 'templates'].map((file) => cp(join(ROOT, file), join(root, file), { recursive: true })),
    ...ROOMS.map((room) => cp(join(ROOT, 'dist', room), join(dist, room), { recursive: true })),
  ]);
  const code = await readFile(join(ROOT, 'dist', 'workflow-bundle.js'), 'utf8');
  if (!code.includes(from)) throw new Error(`the workflows do not say ${from}`);
  await writeFile(join(dist, 'workflow-bundle.js'), code.replaceAll(from, to));
  return join(dist, 'cli', 'main.js');
}
