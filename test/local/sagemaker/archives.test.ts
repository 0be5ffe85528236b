import { existsSync, mkdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { archive, unpack } from '../../../local/sagemaker/archives.ts';
import { temporaryDirectory } from '../../support/region.ts';

test('a directory comes back as it was, with empty files, modes and links that lead in circles', async () => {
  const [from, to] = [await temporaryDirectory(), await temporaryDirectory()];
  const deep = 'long'.repeat(60);
  mkdirSync(join(from, deep));
  writeFileSync(join(from, deep, `é-${'x'.repeat(120)}`), 'deep');
  writeFileSync(join(from, 'empty'), '');
  writeFileSync(join(from, 'run.sh'), 'exit', { mode: 0o755 });
  symlinkSync('.', join(from, 'circle'));
  await unpack(archive(from), to);
  expect(readFileSync(join(to, deep, `é-${'x'.repeat(120)}`), 'utf8')).toBe('deep');
  expect(statSync(join(to, 'empty')).size).toBe(0);
  expect(statSync(join(to, 'run.sh')).mode & 0o777).toBe(0o755);
  expect(readlinkSync(join(to, 'circle'))).toBe('.');
});

type Entry = Partial<Header> & { readonly name: string };
const link = (name: string, linkname: string): Entry => ({ name, type: 'symlink', linkname });

async function unpackEntries(entries: readonly Entry[], directory: string): Promise<void> {
  const tar = pack();
  for (const header of entries) tar.entry(header, header.type ? '' : 'text');
  tar.finalize();
  await unpack(Readable.from([gzipSync(await buffer(tar))]), directory);
}

test.each<[string, ...Entry[]]>([
  ['lies outside', { name: '../escape' }],
  ['links outside', link('link', '../..')],
  ['links outside', link('link', 'name/later/../../..')],
  ['links outside', link('link', '/etc')],
  ['only files, directories and symbolic links', { name: 'fifo', type: 'fifo' }],
  ['a/b/c is no directory', link('a/b/c', '../..'), link('a/b/c/e', '../..'), { name: 'a/b/c/e/evil.txt' }],
  ['c is no directory', link('c', 'd'), { name: 'd', type: 'directory' }, { name: 'c', type: 'directory' }],
])('an archive whose entry %s is refused', async (refusal, ...entries) => {
  const top = await temporaryDirectory();
  await expect(unpackEntries(entries, join(top, 'x', 'y'))).rejects.toThrow(refusal);
  expect(['evil.txt', 'x/evil.txt', 'x/y/evil.txt'].filter((name) => existsSync(join(top, name)))).toEqual([]);
});

test('a file takes the place of a link that came before it', async () => {
  const directory = await temporaryDirectory();
  await unpackEntries([{ name: 'kept' }, link('name', 'kept'), { name: 'name', mode: 0o600 }], directory);
  expect([readFileSync(join(directory, 'name'), 'utf8'), statSync(join(directory, 'name')).mode & 0o777]).toEqual([
    'text',
    0o600,
  ]);
  expect(statSync(join(directory, 'kept')).mode & 0o777).not.toBe(0o600);
});
