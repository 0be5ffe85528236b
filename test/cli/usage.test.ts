import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../cli/cli.ts';
import { examplesOf, shownCommands } from '../../cli/help.ts';
import { temporaryDirectory } from '../support/region.ts';
import { cli, idleContext } from './support/cli.ts';
import { ownNamespace, project, SPEC } from './support/pipeline.ts';

/** The program, and each command and subcommand that is shown, with its whole name. */
function everyCommand(): { readonly name: string; readonly command: CommandUnknownOpts }[] {
  const under = (command: CommandUnknownOpts, name: string): ReturnType<typeof everyCommand> => [
    { name, command },
    ...shownCommands(command).flatMap((child) => under(child, `${name} ${child.name()}`)),
  ];
  return under(createProgram(idleContext()), 'temper');
}

const NOBODY = { TEMPORAL_ADDRESS: '127.0.0.1:1' };

describe('wrong usage ends with 2, and says what is right', () => {
  it.each([
    [['shwo'], "unknown command 'shwo'", 'did you mean show?'],
    [['help', 'shwo'], "unknown command 'shwo'", 'did you mean show?'],
    [['shwo', '--help'], "unknown command 'shwo'", 'did you mean show?'],
    [['dev', 'staus'], "unknown command 'staus'", 'did you mean status?'],
    [['init', 'scrach'], '"scrach" is not one of classification, chat, bedrock, scratch', 'did you mean scratch?'],
    [['init'], 'not given what to begin with: classification, chat, bedrock, scratch', 'temper init classification'],
    [['ls', '--limt', '3'], "unknown option '--limt'", 'did you mean --limit?'],
    [['ls', '--limit', 'many'], "argument 'many' is invalid", 'see: temper ls --help'],
    [['ls', '--name', "x' OR 'a' = 'a"], 'names have lower-case letters', 'see: temper ls --help'],
    [['show'], "missing required argument 'run'", 'see: temper show --help'],
    [['show', 'a', 'b'], 'too many arguments', 'see: temper show --help'],
    [['schedule', 'pause', 'a', '--comment', ' '], "' ' is invalid. say why", 'see: temper schedule pause --help'],
    [['schedule', 'backfill', 'a', '--from', '2026-11-31', '--to', '2026-12-02'], 'there is no such day', 'see: '],
  ])('temper %s', async (argv, message, fix) => {
    const { exitCode, stdout, stderr } = await cli(argv);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).toContain(`fix: ${fix}`);
  });

  it('as one JSON document with --json', async () => {
    const { exitCode, stdout, stderr } = await cli(['show', '--json']);
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'Usage', message: "missing required argument 'run'", fix: 'see: temper show --help' },
    });
    expect([exitCode, stderr]).toEqual([2, '']);
  });

  it('shows help in place of a missing command', async () => {
    const { exitCode, stdout, stderr } = await cli([]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: temper');
  });
});

it('gives help and version on stdout', async () => {
  expect(await cli(['--version'])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  const { exitCode, stdout, stderr } = await cli(['run', '--help']);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toContain('--set <path=value>');
  expect(stdout).toContain('--json');
});

describe('the help of each command', () => {
  const commands = everyCommand();

  it.each(commands.map(({ name }) => name))('%s fits in 80 columns', async (name) => {
    const { exitCode, stdout } = await cli([...name.split(' ').slice(1), '--help'], { columns: 80 });
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it.each(commands.filter(({ command }) => command.commands.length === 0))(
    '$name has examples',
    async ({ name, command }) => {
      expect(examplesOf(command)).not.toEqual([]);
      for (const { line } of examplesOf(command)) expect(line).toContain(name);
      const { stdout } = await cli([...name.split(' ').slice(1), '--help']);
      expect(stdout).toContain(examplesOf(command)[0]?.line);
    },
  );
});

describe('a spec that cannot be run ends with 2, before anything is started', () => {
  it('with all of its problems, by line', async () => {
    const cwd = await project(
      SPEC.replace('name: reviews', 'name: Reviews').replace('engine: sagemaker', 'engine: sagmaker'),
    );
    const { exitCode, stdout, stderr } = await cli(['run', 'temper.yaml'], { cwd, env: NOBODY });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/temper\.yaml:2/);
    expect(stderr).toMatch(/temper\.yaml:4/);
  });

  it('with the option that is wrong', async () => {
    const { exitCode, stderr } = await cli(['run', 'temper.yaml', '--set', 'train.instanceCount=none'], {
      cwd: await project(SPEC),
      env: NOBODY,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--set train.instanceCount');
  });

  it('with every file that is not there', async () => {
    const cwd = await temporaryDirectory();
    await writeFile(join(cwd, 'temper.yaml'), SPEC);
    const { exitCode, stdout } = await cli(['run', 'temper.yaml', '--json'], { cwd, env: NOBODY });
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    expect([exitCode, error.code]).toEqual([2, 'FilesMissing']);
    for (const field of ['data.source', 'train.script', 'serve.script']) expect(error.message).toContain(field);
  });

  it('with the path of a file that cannot be read', async () => {
    const { exitCode, stderr } = await cli(['run', 'nowhere.yaml'], { cwd: await temporaryDirectory(), env: NOBODY });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('cannot read nowhere.yaml: no such file');
  });
});

it('a spec whose name is misspelt is looked for beside it', async () => {
  const { stderr } = await cli(['run', 'tempr.yaml'], { cwd: await project(SPEC), env: NOBODY });
  expect(stderr).toContain('fix: did you mean temper.yaml?');
});

it('a spec whose image is not to be had in the region ends with 2, before anything is started', async () => {
  const env = { ...(await ownNamespace()), AWS_REGION: 'mars-north-1' };
  const spec = `${SPEC}serve: { image: sklearn }`;
  const { exitCode, stderr } = await cli(['run', 'temper.yaml'], { env, cwd: await project(spec) });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('temper.yaml  train.image: image sklearn is not known in region mars-north-1');
  expect(stderr).toContain('temper.yaml  serve.image: ');
  expect(JSON.parse((await cli(['ls', '--json'], { env })).stdout)).toMatchObject({ runs: [] });
});

describe('where Temporal does not answer', () => {
  it.each([['ls'], ['show', 'x'], ['run', 'temper.yaml'], ['worker']])('temper %s says so', async (...argv) => {
    const { exitCode, stderr } = await cli(argv, { cwd: await project(SPEC), env: NOBODY });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('temporal does not answer at 127.0.0.1:1');
    expect(stderr).toContain('temper dev up');
  });

  it('shows the stack with --debug only', async () => {
    expect((await cli(['ls'], { env: NOBODY })).stderr).not.toContain('ECONNREFUSED');
    expect((await cli(['ls', '--debug'], { env: NOBODY })).stderr).toContain('ECONNREFUSED');
  });
});
