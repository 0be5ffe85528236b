import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, mkdir, readlink, symlink } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
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

/** Unpacks a .tar.gz. Rejects archives that reach outside of `directory`. */
export async function unpack(source: Readable, directory: string, signal?: AbortSignal): Promise<void> {
  await mkdir(directory, { recursive: true });
  const tar = extract();
  tar.on('entry', (header, stream, next) => {
    const target = inside(directory, header.name);
    const done = async () => {
      if (!target) throw new Error(`archive entry ${header.name} lies outside of the archive`);
      await mkdir(header.type === 'directory' ? target : dirname(target), { recursive: true });
      if (header.type === 'file') return pipeline(stream, createWriteStream(target, { mode: header.mode ?? 0o644 }));
      if (header.type === 'symlink' && header.linkname) {
        if (!inside(directory, relative(directory, resolve(dirname(target), header.linkname)))) {
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

/** The absolute path of an entry, or `undefined` where it would lie outside of the directory. */
function inside(directory: string, name: string): string | undefined {
  const root = resolve(directory);
  const target = resolve(root, name);
  return target === root || target.startsWith(root + sep) ? target : undefined;
}
