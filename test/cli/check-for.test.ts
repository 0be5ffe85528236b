/** `temper check` for the models that Bedrock customizes. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CheckReport } from '../../spec/check.ts';
import { FAMILIES } from '../spec/bedrock/corpus.ts';
import { temporaryDirectory } from '../support/region.ts';
import { cli } from './support/cli.ts';

const NOVA = 'amazon.nova-lite-v1:0';
let directory: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

const write = (path: string, content: string) => writeFile(join(directory, path), content);
const lines = (...rows: object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const linesIn = async (path: string): Promise<unknown[]> =>
  (await readFile(join(directory, path), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const reviews = (count: number): object[] =>
  Array.from({ length: count }, (_, i) => ({ text: `review ${i}`, label: i % 2 === 0 ? 'good' : 'bad' }));

async function check(...argv: string[]): Promise<CheckReport & { readonly exitCode: number }> {
  const { exitCode, stdout } = await cli(['check', ...argv, '--json'], { cwd: directory });
  return { exitCode, ...JSON.parse(stdout) };
}

const told = ({ errors }: Pick<CheckReport, 'errors'>) =>
  errors.map(({ code, line, count }) => `${code}:${line ?? ''} x${count}`);

describe('malformed lines of each family', () => {
  it.each(FAMILIES)('$customization of $model', async ({ model, customization, bad }) => {
    // Each in a file of its own, whose format it settles, behind lines that say nothing.
    for (const [i, [row, code, message]] of bad.entries()) {
      const file = `rows-${i}.jsonl`;
      await write(file, `\n\n\n${lines(row)}`);
      const { errors, exitCode } = await check(file, '--for', model, '--customization', customization);
      expect([exitCode, errors.filter(({ line }) => line)]).toMatchObject([
        2,
        [{ code, message, file, line: 4, count: 1 }],
      ]);
    }
  });
});

describe('--for a model', () => {
  it('tells of its errors with their lines, and of its limits', async () => {
    await write('rows.jsonl', lines(...reviews(4), { text: '[EOS]', label: 'good' }));
    expect(told(await check('rows.jsonl', '--for', NOVA))).toEqual(['reserved_text:5 x1']);
    await write('rows.jsonl', lines(...reviews(20_001), { text: '[EOS]', label: 'good' }));
    expect(told(await check('rows.jsonl', '--for', NOVA))).toEqual(['reserved_text:20002 x1', 'record_limit: x1']);
    await write('rows.jsonl', lines(...reviews(4)));
    const report = await check('rows.jsonl', '--for', 'us.amazon.nova-lite-v1:0');
    expect(report).toMatchObject({
      ok: false,
      exitCode: 2,
      errors: [{ code: 'record_limit', message: '4 training records, where the model takes 8 at least' }],
      families: [{ models: [NOVA], format: 'bedrock-conversation-2024', fits: false, records: { train: 4 } }],
    });
    await write('rows.jsonl', lines(...reviews(8)));
    expect(await check('rows.jsonl', '--for', NOVA)).toMatchObject({ ok: true, exitCode: 0, errors: [] });
    expect(await check('rows.jsonl')).not.toHaveProperty('families');
  });

  it('finds in the data of docs/bedrock-data.md what stands there', async () => {
    const page = await readFile(new URL('../../docs/bedrock-data.md', import.meta.url), 'utf8');
    const [, rows = ''] = /```jsonl\n(.*?)\n```/s.exec(page) ?? [];
    const [, shown] = /```\n\$ temper check tickets\.jsonl --for \S+\n(.*?)```/s.exec(page) ?? [];
    await write('tickets.jsonl', `${rows}\n`);
    const { stdout } = await cli(['check', 'tickets.jsonl', '--for', NOVA], { cwd: directory });
    expect(stdout).toBe(shown);
  });

  it('says that token counts are estimates, by warnings', async () => {
    await write('rows.jsonl', lines(...reviews(8), { text: 'word '.repeat(26_000), label: 'good' }));
    const report = await check('rows.jsonl', '--for', NOVA);
    expect(report).toMatchObject({ ok: true, exitCode: 0 });
    expect(report.warnings).toMatchObject([
      {
        code: 'too_many_tokens',
        message: 'the record may be longer than the 32000 tokens that the model takes, by an estimate',
        line: 9,
      },
    ]);
  });

  it('is helped with its id', async () => {
    await write('rows.jsonl', lines(...reviews(8)));
    const { stderr, exitCode } = await cli(['check', 'rows.jsonl', '--for', 'nova-lte'], { cwd: directory });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('no model nova-lte is known as of');
    expect(stderr).toContain(`did you mean ${NOVA}?`);
    const unfit = await cli(['check', 'rows.jsonl', '--for', NOVA, '--customization', 'continued-pre-training'], {
      cwd: directory,
    });
    expect([unfit.exitCode, unfit.stderr]).toEqual([
      2,
      expect.stringContaining('does not take continued-pre-training'),
    ]);
  });

  it('--fix writes what can be put right as the model takes it, and leaves the source alone', async () => {
    const says = (role: string, content: string) => ({ role, content });
    const rows = [
      ...Array.from({ length: 100 }, (_, i) => ({ prompt: `a ${i}`, completion: 'b', system: 'be brief' })),
      { prompt: 'a', completion: '' },
    ];
    await write('rows.jsonl', lines(...rows));
    const { fixed, exitCode } = await check(
      'rows.jsonl',
      '--for',
      'meta.llama3-1-8b-instruct-v1:0',
      '--fix',
      'out.jsonl',
    );
    expect([exitCode, fixed]).toEqual([
      0,
      {
        ok: true,
        files: [{ file: join(directory, 'out.jsonl'), rows: 100 }],
        changed: { 'the system prompt is written into the prompt': 100 },
        leftOut: { 'field "completion" is empty': 1 },
      },
    ]);
    expect((await linesIn('out.jsonl'))[1]).toEqual({ prompt: 'be brief\n\na 1', completion: 'b' });
    expect(await readFile(join(directory, 'rows.jsonl'), 'utf8')).toBe(lines(...rows));

    const chats = Array.from({ length: 8 }, (_, i) => ({
      messages: [says('Human', `a ${i}`), says('user', 'b'), says('assistant', 'c')],
    }));
    await write('chat.jsonl', lines(...chats, { messages: [says('user', 'Bot: a'), says('assistant', 'b')] }));
    const chat = await check('chat.jsonl', '--for', NOVA, '--fix', 'chats.jsonl');
    expect(chat.fixed).toMatchObject({
      ok: true,
      leftOut: { 'a text that the model keeps for itself: the job would fail': 1 },
    });
    expect((await linesIn('chats.jsonl'))[7]).toEqual({
      schemaVersion: 'bedrock-conversation-2024',
      messages: [says('user', 'a 7\n\nb'), says('assistant', 'c')].map(({ role, content }) => ({
        role,
        content: [{ text: content }],
      })),
    });
  });
});

describe('--for all', () => {
  const verdicts = ({ families = [] }: CheckReport) =>
    families.flatMap(({ names, customization, fits, errors }) =>
      names.map((name) => `${name} ${customization}: ${fits ? 'fits' : errors[0]?.code}`),
    );

  it('tells which models the data would fit, and why not the others', async () => {
    await write('rows.jsonl', lines(...reviews(40)));
    const report = await check('rows.jsonl', '--for', 'all');
    expect(report).toMatchObject({ ok: true, exitCode: 0, errors: [] });
    expect(verdicts(report)).toEqual(
      expect.arrayContaining([
        'Nova Lite fine-tuning: fits',
        'Claude 3 Haiku fine-tuning: fits',
        'Llama 3.1 8B Instruct fine-tuning: record_limit',
        'Nova Lite distillation: record_limit',
        'Titan Text G1 - Lite continued-pre-training: unfit_kind',
        'Titan Multimodal Embeddings G1 fine-tuning: unfit_kind',
      ]),
    );
    const { stdout } = await cli(['check', 'rows.jsonl', '--for', 'all'], { cwd: directory });
    expect(stdout).toContain(
      [
        '  ✔ Claude 3 Haiku · fine-tuning: anthropic-messages, 40 records, about 164',
        '    tokens',
        '  ✖ Nova Micro, Nova Lite, Nova Pro · distillation: 40 training records, where',
        '    the model takes 100 at least',
        '',
      ].join('\n'),
    );
    expect(stdout).toContain('  ✔ rows.jsonl can be used, and fits 4 of 13\n');
  });

  it('plain text only goes on with, and prompts without answers are only distilled', async () => {
    await write('text.jsonl', lines(...Array.from({ length: 9 }, (_, i) => ({ input: `text ${i}` }))));
    const text = verdicts(await check('text.jsonl', '--for', 'all'));
    expect(text.filter((line) => line.endsWith('fits'))).toEqual([
      'Titan Text G1 - Express continued-pre-training: fits',
      'Titan Text G1 - Lite continued-pre-training: fits',
    ]);
    await write('prompts.jsonl', lines(...Array.from({ length: 100 }, (_, i) => ({ prompt: `question ${i}` }))));
    const prompts = verdicts(await check('prompts.jsonl', '--for', 'all', '--customization', 'distillation'));
    expect(prompts).toContain('Claude 3 Haiku distillation: fits');
  });

  it('ends with 2 where it fits none', async () => {
    await write('rows.jsonl', lines(...reviews(4)));
    const { ok, exitCode } = await check('rows.jsonl', '--for', 'all', '--customization', 'distillation');
    expect([ok, exitCode]).toEqual([false, 2]);
  });
});

describe('a spec of a model that Bedrock customizes', () => {
  const spec = (rest: string, data = '{ source: rows.jsonl }') =>
    write(
      'temper.yaml',
      `name: reviews\ndata: ${data}\ntrain:\n  engine: bedrock\n  base: ${NOVA}\n${rest}deploy: { to: none }\n`,
    );

  it('is held against that model, after its rows are divided', async () => {
    await spec('');
    await write('rows.jsonl', lines(...reviews(9), { text: '<image>', label: 'bad' }));
    expect(told(await check())).toEqual(['reserved_text:10 x1']);
    await write('rows.jsonl', lines(...reviews(9)));
    expect(await check()).toMatchObject({
      errors: [{ message: '7 training records, where the model takes 8 at least' }],
    });
    await write('rows.jsonl', lines(...reviews(10)));
    // Eight of ten rows, each of 8 characters and a label of 3 or 4.
    expect(await check()).toMatchObject({ ok: true, families: [{ records: { train: 8, validation: 0 }, tokens: 23 }] });
  });

  it('keeps its rows as they are in a corrected copy, as a run writes them by itself', async () => {
    await spec('');
    await write('rows.jsonl', lines(...reviews(12), { text: 'User: a', label: 'bad' }));
    const { fixed } = await check('--fix', 'fixed.jsonl');
    expect(fixed).toMatchObject({ ok: true, files: [{ rows: 12 }] });
    expect(await linesIn('fixed.jsonl')).toEqual(reviews(12));
  });

  it('is warned of limits that it overrides, and of what is known against its choices', async () => {
    await mkdir(join(directory, 'data'));
    await spec(
      '  customization: distillation\n  distillation: { teacher: amazon.titan-text-premier-v1:0 }\n  limits: { minTrainRecords: 5 }\naws: { region: eu-west-1 }\n',
      '{ train: rows.jsonl }',
    );
    await write('rows.jsonl', lines(...Array.from({ length: 5 }, (_, i) => ({ prompt: `question ${i}` }))));
    const { ok, warnings } = await check();
    expect(ok).toBe(true);
    expect(warnings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'limit_overridden train.limits.minTrainRecords: 5 is taken for the limit of Nova Lite, where AWS documents 100 as of 2026-11-25',
      'model_doubtful train.base: Nova Lite is customized in us-east-1 as of 2026-11-25, not in eu-west-1',
      'model_doubtful train.distillation: Nova Lite learns from amazon.nova-pro-v1:0, amazon.nova-premier-v1:0 as of 2026-11-25, not from amazon.titan-text-premier-v1:0',
    ]);
  });
});
