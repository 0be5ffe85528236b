import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { link, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAwsProvider } from '../../activities/aws.ts';
import { builtFile } from '../../local/index.ts';
import type { CheckReport } from '../../spec/check.ts';
import { sharedRegion, temporaryDirectory } from '../support/region.ts';
import { cli } from './support/cli.ts';

const { env } = sharedRegion();
let directory: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(directory, path)), { recursive: true });
  await writeFile(join(directory, path), content);
}

const lines = (...rows: object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const rowsOf = (count: number): { text: string; label: string }[] =>
  Array.from({ length: count }, (_, i) => ({ text: `sentence ${i}`, label: i % 2 === 0 ? 'even' : 'odd' }));

async function check(...argv: string[]): Promise<CheckReport & { readonly exitCode: number }> {
  const { exitCode, stdout } = await cli(['check', ...argv, '--json'], { cwd: directory, env });
  return { exitCode, ...JSON.parse(stdout) };
}

const told = ({ errors }: CheckReport) =>
  errors.map(({ code, file, line, count }) => `${code} ${file}${line ? `:${line}` : ''} x${count}`);

it('finds what is wrong with a spec, its files and its data at once', async () => {
  await write(
    'temper.yaml',
    'name: Reviews\ndata:\n  source: rows.jsonl\ntrain:\n  engine: sagemaker\n  script: train.py\n',
  );
  await write('rows.jsonl', `${lines(...rowsOf(4))}{"text": "a", "label": 1, "label": 2}\n{"text": "b"}\n{"te`);
  const report = await check();
  expect(report).toMatchObject({ ok: false, exitCode: 2, file: 'temper.yaml', format: 'classification' });
  expect(told(report)).toEqual([
    'invalid_value temper.yaml:1 x1',
    'duplicate_key rows.jsonl:5 x1',
    'missing_field rows.jsonl:6 x1',
    'truncated rows.jsonl:7 x1',
  ]);
});

it('says all is well, and what the data holds', async () => {
  await write('rows.jsonl', lines(...rowsOf(9), { text: 'SENTENCE  3', label: 'odd', id: 7 }));
  const { stdout, exitCode, stderr } = await cli(['check', 'rows.jsonl'], { cwd: directory });
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toBe(
    [
      '  data       classification · 1 file · 373 B',
      '  rows       10 · 1 repeated',
      '  characters 101',
      '  tokens     about 40, a token for every four bytes',
      '  per row    4 · 4 · 4 · 4 tokens: least, median, p95, most',
      '  labels     even 5 (50 %) · odd 5 (50 %)',
      '  not used   field id',
      '',
      '  ✔ rows.jsonl can be used',
      '',
    ].join('\n'),
  );
});

it('is told in colours and within the width of a terminal', async () => {
  await write('rows.jsonl', `${lines(...rowsOf(4))}${'{"text": "a"}\n'.repeat(12)}`);
  const { stdout } = await cli(['check', 'rows.jsonl'], { cwd: directory, terminal: true, columns: 50 });
  const plain = stripVTControlCharacters(stdout);
  expect(plain).not.toBe(stdout);
  expect(Math.max(...plain.split('\n').map((line) => line.length))).toBeLessThanOrEqual(50);
  expect(plain).toContain('✖ field "label" is missing × 12');
  expect(plain).toContain('and 9 more');
});

it('finds in the data of docs/data.md what stands there', async () => {
  const page = await readFile(new URL('../../docs/data.md', import.meta.url), 'utf8');
  const [, rows = ''] = /```jsonl\n(.*?)\n```/s.exec(page) ?? [];
  const [, shown] = /```\n\$ temper check reviews\.jsonl\n(.*?)```/s.exec(page) ?? [];
  await write('reviews.jsonl', rows);
  const { stdout, exitCode } = await cli(['check', 'reviews.jsonl'], { cwd: directory });
  expect([stdout, exitCode]).toEqual([shown, 2]);
});

describe('a verdict on each row', () => {
  const GOOD = lines(...rowsOf(4));
  it.each<[what: string, content: string | Buffer, errors: string[]]>([
    ['fine: a byte order mark, Windows line ends, empty lines', `\ufeff${GOOD.replaceAll('\n', '\r\n')}\r\n\r\n`, []],
    ['fine: a last line without its end', GOOD.trimEnd(), []],
    ['fine: fields that are not used', `${GOOD}{"text":"a","label":"odd","id":1}\n`, []],
    [
      'error: Latin-1',
      Buffer.concat([Buffer.from(GOOD), Buffer.from('{"text":"caf\xe9"}\n', 'latin1')]),
      ['invalid_encoding rows.jsonl:5 x1'],
    ],
    ['error: NUL bytes', `${GOOD}{"text":"\0"}\n`, ['invalid_encoding rows.jsonl:5 x1']],
    ['error: half of a pair', `${GOOD}{"text":"\\ud83d","label":"odd"}\n`, ['invalid_text rows.jsonl:5 x1']],
    ['error: a line of 17 MB', `${GOOD}{"text":"${'x'.repeat(17_000_000)}"}\n`, ['too_large rows.jsonl:5 x1']],
    [
      'error: wrong types',
      `${GOOD}{"text":1,"label":"odd"}\n{"text":"a","label":[]}\n`,
      ['wrong_type rows.jsonl:5 x1', 'wrong_type rows.jsonl:6 x1'],
    ],
    ['error: no rows', '\n', ['no_rows rows.jsonl x1']],
    ['error: one label', '{"text":"a","label":"x"}\n{"text":"b","label":"x"}\n', ['one_label rows.jsonl x1']],
    ['error: another data set', '{"question":"a","answer":"b"}\n', ['unknown_format rows.jsonl x1']],
    [
      'error: ids for labels',
      lines(...Array.from({ length: 1002 }, (_, i) => ({ text: `t${i}`, label: `l${i}` }))),
      ['too_many_labels rows.jsonl:1001 x1'],
    ],
  ])('%s', async (_, content, errors) => {
    await write('rows.jsonl', content);
    const report = await check('rows.jsonl');
    expect(told(report)).toEqual(errors);
    expect(report.exitCode).toBe(errors.length === 0 ? 0 : 2);
  });

  it('warns of a text under two labels, of labels that look alike, and of roles that do not take turns', async () => {
    await write('rows.jsonl', lines(...rowsOf(4), { text: 'Sentence 0', label: 'odd' }, { text: 'x', label: 'Odd' }));
    const { warnings, exitCode } = await check('rows.jsonl');
    expect(warnings).toMatchObject([
      { code: 'conflicting_label', line: 5, places: [{ value: 'the same as rows.jsonl:1' }] },
      { code: 'similar_labels', file: 'rows.jsonl', places: [{ value: '"odd", "Odd"' }] },
    ]);
    expect(exitCode).toBe(0);

    const message = (role: string) => ({ role, content: 'a' });
    await write('chat.jsonl', lines({ messages: [message('user'), message('user'), message('assistant')] }));
    const chat = await check('chat.jsonl');
    expect(chat.warnings).toMatchObject([{ code: 'role_order', places: [{ value: "messages[1] is the user's" }] }]);
  });
});

describe('a verdict on splits', () => {
  const spec = (data: string): string =>
    `name: reviews\ndata: ${data}\ntrain: { engine: sagemaker, script: train.py }\nevaluate: {}\n`;
  beforeEach(async () => {
    await write('train.py', '');
    await write('inference.py', '');
  });

  it('that are given: none may test what was trained on', async () => {
    await write('temper.yaml', spec('{ train: train.csv.gz, test: test.jsonl }'));
    await write(
      'train.csv.gz',
      gzipSync(
        `text,label\n${rowsOf(6)
          .map(({ text, label }) => `${text},${label}\n`)
          .join('')}`,
      ),
    );
    await write('test.jsonl', lines({ text: 'Sentence  2 ', label: 'even' }, { text: 'new', label: 'other' }));
    const report = await check();
    expect(told(report)).toEqual(['repeated_text test.jsonl:1 x1', 'unknown_label test.jsonl:2 x1']);
    expect(report.errors[0]?.places).toEqual([{ file: 'test.jsonl', line: 1, value: 'the same as train.csv.gz:4' }]);
    expect(report.stats?.parts).toMatchObject({ train: { rows: 6, repeated: 0 }, test: { rows: 2, repeated: 1 } });
  });

  it('that are to be made: all must get rows', async () => {
    await write('temper.yaml', spec('{ source: rows.jsonl, split: { test: 0.2 } }'));
    await write('rows.jsonl', lines(...rowsOf(2), ...rowsOf(2)));
    expect(told(await check())).toEqual(['too_few_rows rows.jsonl x1']);
  });

  it('of two kinds, and metrics that do not fit', async () => {
    await write(
      'temper.yaml',
      spec('{ train: train.jsonl, test: test.jsonl }').replace('{}', '{ metrics: [f1_macro] }'),
    );
    await write('train.jsonl', lines({ prompt: 'a', completion: 'b' }));
    await write('test.jsonl', lines(...rowsOf(4)));
    expect(told(await check())).toEqual(['invalid_value temper.yaml x1', 'mixed_kinds test.jsonl x1']);
  });

  it.each(['train', 'test'])('of which %s is not there, and of nothing that would follow from it', async (absent) => {
    const gone = `s3://${env.TEMPER_BUCKET}/check-${process.pid}/gone/`;
    const [train, test] = absent === 'train' ? [gone, 'rows.jsonl'] : ['rows.jsonl', gone];
    await write('temper.yaml', spec(`{ train: ${train}, test: '${test}' }`).replace('{}', '{ metrics: [accuracy] }'));
    await write('rows.jsonl', lines(...rowsOf(20)));
    const { errors } = await check();
    expect(errors).toMatchObject([{ code: 'no_rows', fix: 'nothing lies there: correct the address' }]);
  });

  it('and no word of fields that rules are held by and drift is measured by: they are used', async () => {
    const gate = 'gate: [{ rule: accuracy >= 0.5, per: language }]';
    const retrain = 'retrain: { every: 1d, when: { drift: { of: [plan] } } }';
    const deploy = 'deploy: { to: sagemaker-endpoint, capture: { share: 1 } }';
    const data = '{ source: rows.jsonl, split: { test: 0.2 } }';
    await write('temper.yaml', [spec(data).trim(), gate, deploy, retrain].join('\n'));
    await write('rows.jsonl', lines(...rowsOf(20).map((row) => ({ ...row, language: 'de', plan: 'pro', id: 1 }))));
    expect((await check()).stats?.unusedFields).toEqual({ id: 20 });
  });

  it('and a schema of answers that is no JSON schema', async () => {
    const evaluate = '{ metrics: [json_schema], schema: { type: objekt } }';
    await write('temper.yaml', spec('{ source: rows.jsonl, split: { test: 0.2 } }').replace('{}', evaluate));
    await write('rows.jsonl', lines(...Array.from({ length: 9 }, (_, i) => ({ prompt: `a${i}`, completion: 'b' }))));
    const { errors } = await check();
    expect(errors).toMatchObject([
      { code: 'invalid_value', message: expect.stringMatching(/^evaluate\.schema: not a JSON schema: /) },
    ]);
  });
});

describe('--fix', () => {
  const BROKEN = `${lines(...rowsOf(6))}{"text": 7, "label": "odd", "id": 1}\n{"text": "no label"}\n{"text": "a\\ud83d", "label": "odd"}\n{"te`;

  it('writes what can be used, with all fields, and says what it changed and left out', async () => {
    await write('rows.jsonl', BROKEN);
    const { stdout, exitCode } = await cli(['check', 'rows.jsonl', '--fix', 'fixed.jsonl'], { cwd: directory });
    expect(exitCode).toBe(0);
    expect(stdout.slice(stdout.indexOf('  changed'))).toBe(
      [
        '  changed',
        '    1      a number, or true or false, is written as text',
        '    1      a NUL or half of a surrogate pair is taken out',
        '  left out',
        '    1      field "label" is missing',
        '    1      the last line is cut off',
        '',
      ].join('\n'),
    );
    expect(await readFile(join(directory, 'fixed.jsonl'), 'utf8')).toBe(
      `${lines(...rowsOf(6))}{"text":"7","label":"odd","id":1}\n{"text":"a","label":"odd"}\n`,
    );
    expect(await readFile(join(directory, 'rows.jsonl'), 'utf8')).toBe(BROKEN);
    expect(await check('fixed.jsonl')).toMatchObject({ ok: true, errors: [], warnings: [] });
  });

  it.each(['rows.jsonl', 'link.jsonl', 'hard.jsonl', 'dangling.jsonl'])(
    'never writes over what is there: %s',
    async (out) => {
      await write('rows.jsonl', BROKEN);
      await symlink('rows.jsonl', join(directory, 'link.jsonl'));
      await symlink('nowhere.jsonl', join(directory, 'dangling.jsonl'));
      await link(join(directory, 'rows.jsonl'), join(directory, 'hard.jsonl'));
      const { stderr, exitCode } = await cli(['check', 'rows.jsonl', '--fix', out], { cwd: directory });
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`${out} is there already`);
      expect(await readFile(join(directory, 'rows.jsonl'), 'utf8')).toBe(BROKEN);
    },
  );

  it('leaves out of given splits what was trained on, and labels that were not', async () => {
    const rest = 'train: { engine: sagemaker, script: train.py }\nevaluate: {}\n';
    await write('temper.yaml', `name: reviews\ndata: { train: train.jsonl, test: test.jsonl }\n${rest}`);
    await write('train.py', '');
    await write('inference.py', '');
    await write('train.jsonl', lines(...rowsOf(6)));
    const rows = [
      { text: 'new', label: 'odd' },
      { text: 'SENTENCE 1', label: 'odd' },
      { text: 'b', label: 'x' },
    ];
    await write('test.jsonl', lines(...rows));
    const { fixed, exitCode } = await check('--fix', 'fixed');
    expect(exitCode).toBe(0);
    expect(fixed).toMatchObject({ ok: true, files: [{ rows: 6 }, { rows: 1 }] });
    expect(await readFile(join(directory, 'fixed/test.jsonl'), 'utf8')).toBe(lines(...rows.slice(0, 1)));
  });

  it('takes off what follows the last answer, and knows speakers by other names', async () => {
    const messages = [
      { role: 'Human', content: 'a' },
      { role: 'bot', content: 'b', weight: 1 },
      { role: 'user', content: 'thanks' },
    ];
    await write('chat.jsonl', lines({ messages, id: 1 }));
    expect(await check('chat.jsonl', '--fix', 'fixed.jsonl')).toMatchObject({ exitCode: 0, fixed: { ok: true } });
    const fixed = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b', weight: 1 },
    ];
    expect(await readFile(join(directory, 'fixed.jsonl'), 'utf8')).toBe(lines({ messages: fixed, id: 1 }));
  });

  it('makes any file one that can be used, or says that it did not', async () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(' ', 7, null, true, [], 'a\ud83d', 'a\0'));
    const row = fc.record({ text: value, label: fc.oneof(fc.constantFrom('x', 'y'), value) }, { requiredKeys: [] });
    const line = fc.oneof(
      row.map((fields) => JSON.stringify(fields)),
      fc.constantFrom('', '{', '[]', '{"a":1,"a":2}'),
    );
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (given) => {
        count += 1;
        const ends = '{"text":"one","label":"x"}\n{"text":"two","label":"y"}\n';
        await write(`rows-${count}.jsonl`, `${ends}${given.join('\n')}`);
        const { fixed } = await check(`rows-${count}.jsonl`, '--fix', `fixed-${count}.jsonl`);
        expect(fixed?.ok).toBe(true);
        expect(await check(`fixed-${count}.jsonl`)).toMatchObject({ ok: true, errors: [] });
      }),
      { numRuns: 30 },
    );
  });
});

it('reads from S3', async () => {
  Object.assign(process.env, env);
  const { s3 } = createAwsProvider()(env.AWS_REGION);
  const Key = `check-${process.pid}/rows.jsonl`;
  await s3.send(new PutObjectCommand({ Bucket: env.TEMPER_BUCKET, Key, Body: lines(...rowsOf(4)) }));
  const report = await check(`s3://${env.TEMPER_BUCKET}/check-${process.pid}`);
  expect(report).toMatchObject({ ok: true, stats: { parts: { train: { rows: 4 } } } });
});

it.each([
  [['check'], 'cannot read temper.yaml: no such file'],
  [['check', 'rows.jsonl'], 'cannot read rows.jsonl: no such file, or no data in it'],
])('temper %s without a file', async (argv, message) => {
  const { exitCode, stderr } = await cli(argv, { cwd: directory });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});

it('comes to the same on several cores as on one, line for line', async () => {
  // Large enough for threads, of rows of any kind in any order, so that a mistake in merging shows.
  const row = fc.oneof(
    {
      weight: 50,
      arbitrary: fc.record({ text: fc.string({ unit: 'grapheme', minLength: 1 }), label: fc.constantFrom('a', 'b') }),
    },
    { weight: 1, arbitrary: fc.constant({ text: 'no label' }) },
  );
  const some = fc.sample(row, { numRuns: 2000, seed: 7 });
  const block = lines(...some, { text: 'x'.repeat(400_000), label: 'a' });
  const content = block.repeat(Math.ceil(17_000_000 / Buffer.byteLength(block)));
  await write('rows.jsonl', content);
  const main = builtFile('cli/main.js');
  const { stdout } = spawnSync(process.execPath, [main, 'check', 'rows.jsonl', '--json'], {
    cwd: directory,
    encoding: 'utf8',
  });
  const { exitCode: _, ...inOne } = await check('rows.jsonl');
  expect(JSON.parse(stdout)).toEqual(inOne);
  const sha256 = createHash('sha256')
    .update(await readFile(join(directory, 'rows.jsonl')))
    .digest('hex');
  expect(inOne.stats?.files).toMatchObject([{ sha256 }]);
});
