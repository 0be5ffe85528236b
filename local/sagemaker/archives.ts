import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, mkdir, readlink, realpath, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createGzip } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { walk } from './files.ts';

/** The directory's content as a .tar.gz; an empty directory gives an empty archive. */
export function archive(directory: string): Readable {
  const tar = pack();
  // S3 is on the same disk, and weights hardly shrink: compression would be most of an upload's time.
  const out = new PassThrough();
  pipeline(tar, createGzip({ level: constants.Z_NO_COMPRESSION }), out).catch((error) => out.destroy(error));
  addAll(tar, directory).then(
    () => tar.finalize(),
    (error) => tar.destroy(error),
  );
  return out;
}

async function addAll(tar: ReturnType<typeof pack>, directory: string): Promise<void> {
  for (const { name, path } of await walk(directory)) {
    const stat = await lstat(path);
    const header = { name, mode: stat.mode & 0o7777, mtime: stat.mtime };
    if (stat.isSymbolicLink()) tar.entry({ ...header, type: 'symlink', linkname: await readlink(path) });
    else if (stat.isDirectory()) tar.entry({ ...header, type: 'directory' });
    else if (stat.isFile()) {
      const entry = tar.entry({ ...header, size: stat.size });
      // A file that still grows is kept as long as its header says.
      if (stat.size > 0) await pipeline(createReadStream(path, { end: stat.size - 1 }), entry);
      else entry.end('');
    }
  }
}

/** Unpacks a .tar.gz. Rejects archives that reach outside of `directory`, by their names or by way of their links. */
export async function unpack(source: Readable, directory: string, signal?: AbortSignal): Promise<void> {
  await mkdir(directory, { recursive: true });
  const root = await realpath(directory);
  const tar = extract();
  tar.on('entry', (header, stream, next) => {
    const target = inside(root, header.name);
    const done = async () => {
      if (!target) throw new Error(`archive entry ${header.name} lies outside of the archive`);
      await makeDirectory(root, header.type === 'directory' ? target : dirname(target));
      // A later entry replaces an earlier one: writing into it would follow where it is a link.
      if (header.type !== 'directory') await rm(target, { force: true });
      if (header.type === 'file') return pipeline(stream, createWriteStream(target, { mode: header.mode ?? 0o644 }));
      if (header.type === 'symlink' && header.linkname) {
        if (!staysInside(root, dirname(target), header.linkname)) {
          throw new Error(`archive entry ${header.name} links outside of the archive, to ${header.linkname}`);
        }
        await symlink(header.linkname, target);
      } else if (header.type !== 'directory')
        throw new Error(
          `archive entry ${header.name} is a ${header.type}; only files, directories and symbolic links are unpacked`,
        );
      stream.resume();
    };
    done().then(() => next(), next);
  });
  await pipeline([source, createGunzip(), tar], { signal });
}

/** Makes a directory and those above it, one by one: behind a link that came before, they would lie elsewhere. */
async function makeDirectory(root: string, path: string): Promise<void> {
  let at = root;
  for (const name of relative(root, path).split(sep)) {
    at = join(at, name);
    if ((await lstat(at).catch(() => undefined))?.isDirectory()) continue;
    await mkdir(at).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      throw new Error(`archive entry ${relative(root, at)} is no directory, and other entries lie in it`);
    });
  }
}

/**
 * Whether a link leads to a place inside. One that turns back after a name is held to lead outside: the name may be
 * that of another link, which may come later.
 */
function staysInside(root: string, from: string, linkname: string): boolean {
  const names = linkname.split('/').filter((name) => name !== '' && name !== '.');
  const turnsBack = names.some((name, index) => name === '..' && index > 0 && names[index - 1] !== '..');
  return !turnsBack && inside(root, resolve(from, linkname)) !== undefined;
}

/** The absolute path of an entry, or `undefined` where it would lie outside of the directory. */
function inside(root: string, name: string): string | undefined {
  const target = resolve(root, name);
  return target === root || target.startsWith(root + sep) ? target : undefined;
}
