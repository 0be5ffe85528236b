import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { glob } from 'tinyglobby';
import { isSageMaker, type SageMakerSpec } from '../../spec/engine.ts';
import { dataPaths, isS3 } from '../../spec/inputs.ts';
import type { Spec } from '../../spec/spec.ts';
import { failure } from '../errors.ts';
import { type Content, inMemory } from './content.ts';
import { findLocalFiles, SEARCHED_FOR } from './source-files.ts';

/** Above this a directory holds something else than code, and every job would download it. */
const MAX_SOURCE_MB = 50;

const NOT_SOURCE = ['**/node_modules/**', '**/__pycache__/**', '**/*.pyc'];

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

/** A field of a spec that names what is not there. */
export interface MissingFile {
  /** `train.script` */
  readonly field: string;
  readonly message: string;
  readonly fix: string;
}

/**
 * What a spec names but its directory does not hold: the training script, the serving script where the model is going to
 * be served, and data. What lies in S3 is not looked for.
 */
export async function missingFiles(spec: Spec, directory: string): Promise<MissingFile[]> {
  const { data } = spec;
  const missing: MissingFile[] = [];
  for (const [field, path] of isSageMaker(spec) ? scriptsOf(spec) : []) {
    if (!(await isFile(resolve(directory, path)))) {
      missing.push({ field, message: `no file ${path} in ${directory}`, fix: 'create it or correct the path' });
    }
  }
  for (const [field, path] of dataPaths(spec)) {
    if (isS3(path) || (await findLocalFiles(path, directory, data.format)).length > 0) continue;
    const fix = `a directory is searched for ${SEARCHED_FOR}`;
    missing.push({ field, message: `no file matches ${path} in ${directory}`, fix });
  }
  return missing;
}

function scriptsOf({ train, serve, evaluate, deploy }: SageMakerSpec): [field: string, path: string][] {
  const training: [string, string] = ['train.script', train.script];
  if (evaluate === undefined && deploy.to !== 'sagemaker-endpoint') return [training];
  return [training, ['serve.script', `${dirname(train.script)}/${serve.script}`.replace(/^\.\//, '')]];
}

/** A sentence for people. */
export function describeMissing({ field, message, fix }: MissingFile): string {
  return `${field}: ${message}; ${fix}`;
}

/**
 * Packs the directory of the training script: the same files give the same bytes, whenever and from wherever. Data named
 * by the spec, hidden files and what tools leave behind stay out. Fails with `InvalidSpec` above 50 MB.
 */
export async function packSource(spec: SageMakerSpec, directory: string): Promise<Content> {
  const code = resolve(directory, dirname(spec.train.script));
  const named = dataPaths(spec).flatMap(([, path]) => (isS3(path) ? [] : [path]));
  const data = new Set(
    (await Promise.all(named.map((path) => findLocalFiles(path, directory, spec.data.format))))
      .flat()
      .map((f) => f.path),
  );
  const dataDirectories = named
    .map((path) => resolve(directory, path) + sep)
    .filter((prefix) => !(code + sep).startsWith(prefix));
  const isData = (path: string): boolean => data.has(path) || dataDirectories.some((prefix) => path.startsWith(prefix));

  const names = (await glob('**', { cwd: code, ignore: NOT_SOURCE })).filter((name) => !isData(resolve(code, name)));
  const files = await Promise.all(
    names
      .sort()
      .map(async (name) => ({ name, path: resolve(code, name), bytes: (await stat(resolve(code, name))).size })),
  );
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > MAX_SOURCE_MB * 1e6) {
    const largest = files.sort((a, b) => b.bytes - a.bytes).slice(0, 3);
    throw failure(
      'InvalidSpec',
      `train.script: its directory ${code} is packed with it and holds ${megabytes(total)}, more than ${MAX_SOURCE_MB} MB: ` +
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
