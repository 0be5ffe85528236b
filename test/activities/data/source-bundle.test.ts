/** The code that a run gets, and which files are missing beforehand. */
import { createHash } from 'node:crypto';
import { chmod, readFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { describeMissing, missingFiles } from '../../../activities/data/source.ts';
import { formatProblems, parseSpec } from '../../../spec/parse.ts';
import { failureOf } from '../../support/activities.ts';
import { bucket, bytesAt, directory, lines, name, prepare, rowsOf, specOf, write } from '../../support/data-project.ts';

async function entriesOf(archive: Buffer): Promise<{ header: Header; content: string }[]> {
  const entries: { header: Header; content: string }[] = [];
  for await (const entry of Readable.from([gunzipSync(archive)]).pipe(extract())) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    entries.push({ header: entry.header, content: Buffer.concat(chunks).toString() });
  }
  return entries;
}

async function filesIn(archive: Buffer): Promise<Record<string, string>> {
  return Object.fromEntries((await entriesOf(archive)).map(({ header, content }) => [header.name, content]));
}

describe('the source bundle', () => {
  it('holds the directory of the training script, without data, hidden files and leftovers of tools', async () => {
    await write('code/train.py', 'print(1)\n');
    await write('code/inference.py', 'pass\n');
    await write('code/lib/größe.py', 'pass\n');
    for (const path of ['.env', '.temper/state', '__pycache__/a.pyc', 'lib/b.pyc', 'node_modules/x/i.js']) {
      await write(`code/${path}`, 'x');
    }
    await write('code/rows.jsonl', lines(...rowsOf(6)));
    await write('code/data/rows.jsonl', lines(...rowsOf(6)));
    await write('code/data/README.md', 'about');
    await write('temper.yaml', 'name: x\n');
    const rest = { train: { engine: 'sagemaker', script: 'code/train.py' } } as const;

    const fromFile = await prepare(specOf({ source: 'code/rows.jsonl' }, rest));
    expect(fromFile.source.uri).toBe(`s3://${bucket}/temper/${name}/source/${fromFile.source.sha256}/sourcedir.tar.gz`);
    const archive = await bytesAt(fromFile.source.uri);
    expect(createHash('sha256').update(archive).digest('hex')).toBe(fromFile.source.sha256);
    expect(Object.keys(await filesIn(archive))).toEqual([
      'data/README.md',
      'data/rows.jsonl',
      'inference.py',
      'lib/größe.py',
      'train.py',
    ]);

    const fromDirectory = await prepare(specOf({ source: 'code/data' }, rest));
    expect(await filesIn(await bytesAt(fromDirectory.source.uri))).toEqual({
      'inference.py': 'pass\n',
      'lib/größe.py': 'pass\n',
      'rows.jsonl': expect.any(String),
      'train.py': 'print(1)\n',
    });
  });

  it('is the same bytes whatever the times and modes of its files, and others when one changes', async () => {
    await write('rows.jsonl', lines(...rowsOf(6)));
    const spec = specOf({ source: 'rows.jsonl' });
    const first = await prepare(spec);
    const archive = await bytesAt(first.source.uri);
    // As the header has them: no time, no name, no operating system.
    expect([...archive.subarray(3, 8), archive[9]]).toEqual([0, 0, 0, 0, 0, 255]);
    expect((await entriesOf(archive)).map(({ header }) => header.mtime)).toEqual([new Date(0), new Date(0)]);
    await utimes(join(directory, 'train.py'), 1, 1);
    await chmod(join(directory, 'train.py'), 0o755);
    expect((await prepare(spec)).source).toEqual(first.source);
    await write('train.py', 'print("other")\n');
    expect((await prepare(spec)).source.sha256).not.toBe(first.source.sha256);
  });

  it('refuses a directory that holds more than code, and names what is large', async () => {
    await write('rows.jsonl', lines(...rowsOf(6)));
    await write('weights.bin', Buffer.alloc(51_000_000));
    const failure = await failureOf(prepare(specOf({ source: 'rows.jsonl' })));
    expect(failure).toMatchObject({ type: 'InvalidSpec', nonRetryable: true });
    expect(failure.message).toMatch(/51\.0 MB, more than 50 MB: weights\.bin \(51\.0 MB\)/);
  });
});

describe('missing files', () => {
  it.each(['movie-reviews', 'product-reviews'])('are none in the example %s, which parses', async (example) => {
    const path = fileURLToPath(new URL(`../../../examples/${example}/`, import.meta.url));
    const parsed = parseSpec(await readFile(join(path, 'temper.yaml'), 'utf8'));
    if (!parsed.ok) throw new Error(formatProblems(parsed.problems));
    expect(parsed.spec.name).toBe(example);
    expect(await missingFiles(parsed.spec, path)).toEqual([]);
  });

  it('are all named before a run starts, and fail its data stage', async () => {
    const spec = specOf(
      { source: 'data/*.jsonl' },
      { train: { engine: 'sagemaker', script: 'src/fit.py' }, serve: { script: 'serve.py' } },
    );
    const missing = [
      `train.script: no file src/fit.py in ${directory}; create it or correct the path`,
      `serve.script: no file src/serve.py in ${directory}; create it or correct the path`,
      `data.source: no file matches data/*.jsonl in ${directory}; a directory is searched for .jsonl, .ndjson, .csv, .tsv, .parquet files (or .gz of them)`,
    ];
    expect((await missingFiles(spec, directory)).map(describeMissing)).toEqual(missing);
    const failure = await failureOf(prepare(spec));
    expect(failure).toMatchObject({ type: 'InvalidSpec', nonRetryable: true, message: missing.join('\n') });
  });

  it('do not include the serving script of a model that is not served', async () => {
    await write('rows.jsonl', lines(...rowsOf(6)));
    await rm(join(directory, 'inference.py'));
    const { evaluate: _, ...trainOnly } = specOf({ source: 'rows.jsonl' });
    expect(await missingFiles(trainOnly, directory)).toEqual([]);
  });
});
