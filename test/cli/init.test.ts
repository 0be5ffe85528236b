import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TEMPLATE_NAMES } from '../../cli/init/templates.ts';
import { installed } from '../../cli/installation.ts';
import { parseSpec } from '../../spec/parse.ts';
import { temporaryDirectory } from '../support/region.ts';
import { cli, startCli, until } from './support/cli.ts';

describe.each(TEMPLATE_NAMES)('temper init %s', (template) => {
  it('writes a spec, its scripts and data, and says what to do with them', async () => {
    const cwd = await temporaryDirectory();
    const { exitCode, stdout } = await cli(['init', template, '--dir', 'new/project', '--json'], { cwd });
    expect(exitCode).toBe(0);
    const { files, next } = JSON.parse(stdout) as { files: string[]; next: { command: string }[] };
    const written = await readdir(join(cwd, 'new/project'), { recursive: true, withFileTypes: true });
    expect(written.filter((entry) => entry.isFile())).toHaveLength(files.length);
    const parsed = parseSpec(await readFile(join(cwd, 'new/project/temper.yaml'), 'utf8'));
    expect(parsed.ok || parsed.problems).toBe(true);
    expect(next.map(({ command }) => command)).toEqual([
      'cd new/project',
      'temper dev up',
      'temper check',
      'temper plan temper.yaml',
      'temper run temper.yaml',
    ]);
  });

  it('writes nothing where it would write over something, and names it', async () => {
    const cwd = await temporaryDirectory();
    await writeFile(join(cwd, 'temper.yaml'), 'my own');
    const { exitCode, stderr } = await cli(['init', template], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('\n  temper.yaml\n');
    expect(await readdir(cwd)).toEqual(['temper.yaml']);
    expect(await readFile(join(cwd, 'temper.yaml'), 'utf8')).toBe('my own');
  });
});

describe('on a terminal, without a template', () => {
  it.each([
    ['scratch', 'scratch'],
    ['', 'classification'],
  ])('%j begins with %s', async (answer, template) => {
    const cwd = await temporaryDirectory();
    const { stderr, type, done } = startCli(['init'], { cwd, terminal: true });
    await until(() => stderr().includes('begin with'));
    type(answer);
    expect((await done).exitCode).toBe(0);
    expect(await readFile(join(cwd, 'train.py'))).toEqual(await readFile(installed(`templates/${template}/train.py`)));
  });

  it('something else writes nothing', async () => {
    const cwd = await temporaryDirectory();
    const { stderr, type, done } = startCli(['init'], { cwd, terminal: true });
    await until(() => stderr().includes('begin with'));
    type('scrach');
    const { exitCode } = await done;
    expect([exitCode, await readdir(cwd)]).toEqual([2, []]);
    expect(stderr()).toContain('did you mean scratch?');
  });
});

it('says where it cannot write', async () => {
  const cwd = await temporaryDirectory();
  await writeFile(join(cwd, 'taken'), '');
  const { exitCode, stderr } = await cli(['init', 'scratch', '--dir', 'taken'], { cwd });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`cannot write ${join(cwd, 'taken')}`);
});
