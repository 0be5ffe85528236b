import { mkdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
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

test.each<[string, Partial<Header> & { name: string }]>([
  ['lies outside', { name: '../escape' }],
  ['links outside', { name: 'link', type: 'symlink', linkname: '../..' }],
  ['only files, directories and symbolic links', { name: 'fifo', type: 'fifo' }],
])('an archive whose entry %s is refused', async (refusal, header) => {
  const tar = pack();
  tar.entry(header, header.type ? '' : 'text');
  tar.finalize();
  const unpacking = unpack(Readable.from([gzipSync(await buffer(tar))]), await temporaryDirectory());
  await expect(unpacking).rejects.toThrow(refusal);
});
