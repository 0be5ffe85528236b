import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { glob } from 'tinyglobby';
import type { Spec } from '../../spec/spec.ts';
import { failure } from '../errors.ts';
import { type Content, inMemory } from './content.ts';
import { findDataFiles } from './rows.ts';

/** Above this a directory holds something else than code, and every job would download it. */
const MAX_SOURCE_MB = 50;

const NOT_SOURCE = ['**/node_modules/**', '**/__pycache__/**', '**/*.pyc'];

/** The paths of a spec that name data. */
function dataPaths({ data }: Spec): [field: string, path: string][] {
  return (['source', 'train', 'validation', 'test'] as const).flatMap((field): [string, string][] => {
    const path = data[field];
    return path === undefined ? [] : [[`data.${field}`, path]];
  });
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

/**
 * What a spec names but its directory does not hold, one sentence for each: the training script, the serving script
 * where the model is going to be served, and data.
 */
export async function missingFiles(spec: Spec, directory: string): Promise<string[]> {
  const { train, serve, evaluate, deploy } = spec;
  const scripts: [string, string][] = [['train.script', train.script]];
  if (evaluate !== undefined || deploy.to !== 'none') {
    scripts.push(['serve.script', `${dirname(train.script)}/${serve.script}`.replace(/^\.\//, '')]);
  }
  const missing: string[] = [];
  for (const [field, path] of scripts) {
    if (!(await isFile(resolve(directory, path)))) {
      missing.push(`${field}: no file ${path} in ${directory}; create it or correct the path`);
    }
  }
  for (const [field, path] of dataPaths(spec)) {
    if ((await findDataFiles(path, directory)).length === 0) {
      missing.push(`${field}: no file matches ${path} in ${directory}; a directory is searched for .jsonl files`);
    }
  }
  return missing;
}

/**
 * Packs the directory of the training script: the same files give the same bytes, whenever and from wherever. Data named
 * by the spec, hidden files and what tools leave behind stay out. Fails with `InvalidSpec` above 50 MB.
 */
export async function packSource(spec: Spec, directory: string): Promise<Content> {
  const root = resolve(directory, dirname(spec.train.script));
  const named = dataPaths(spec).map(([, path]) => path);
  const data = new Set(
    (await Promise.all(named.map((path) => findDataFiles(path, directory)))).flat().map((f) => f.path),
  );
  const dataDirectories = named
    .map((path) => resolve(directory, path) + sep)
    .filter((prefix) => !(root + sep).startsWith(prefix));
  const isData = (path: string): boolean => data.has(path) || dataDirectories.some((prefix) => path.startsWith(prefix));

  const names = (await glob('**', { cwd: root, ignore: NOT_SOURCE })).filter((name) => !isData(resolve(root, name)));
  const files = await Promise.all(
    names
      .sort()
      .map(async (name) => ({ name, path: resolve(root, name), bytes: (await stat(resolve(root, name))).size })),
  );
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > MAX_SOURCE_MB * 1e6) {
    const largest = files.sort((a, b) => b.bytes - a.bytes).slice(0, 3);
    throw failure(
      'InvalidSpec',
      `train.script: its directory ${root} is packed with it and holds ${megabytes(total)}, more than ${MAX_SOURCE_MB} MB: ` +
        `${largest.map(({ name, bytes }) => `${name} (${megabytes(bytes)})`).join(', ')}; move what is not code elsewhere`,
    );
  }

  const tar = pack();
  // Executable: script mode runs a shell script as ./train.sh.
  for (const { name, path } of files)
    tar.entry({ name, mode: 0o755, mtime: new Date(0), uid: 0, gid: 0 }, await readFile(path));
  tar.finalize();
  const blocks: Buffer[] = [];
  for await (const block of tar as AsyncIterable<Buffer>) blocks.push(block);
  const archive = gzipSync(Buffer.concat(blocks));
  // The gzip header names the operating system; 255 says unknown.
  archive[9] = 255;
  return inMemory(archive, 'application/gzip');
}
