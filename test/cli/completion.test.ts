import { execFile, spawnSync } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { findPython } from '../../local/index.ts';
import { temporaryDirectory } from '../support/region.ts';
import { cli } from './support/cli.ts';
import { type Env, newNamespace, ownNamespace } from './support/pipeline.ts';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const TYPE = fileURLToPath(new URL('support/type_in_shell.py', import.meta.url));
const NOWHERE = 'http://127.0.0.1:1';
const NOBODY = { TEMPORAL_ADDRESS: '127.0.0.1:1', AWS_ENDPOINT_URL_SAGEMAKER: NOWHERE, AWS_REGION: 'us-east-1' };

/** What is offered at the end of the words, without its descriptions. */
async function offered(words: readonly string[], env: NodeJS.ProcessEnv = NOBODY): Promise<string[]> {
  const { exitCode, stdout, stderr } = await cli(['complete', '--', ...words], { env });
  expect([exitCode, stderr]).toEqual([0, '']);
  return stdout.split('\n').flatMap((line) => line.split('\t')[0] || []);
}

it('is a script, also with --json', async () => {
  const [plain, json] = await Promise.all([cli(['completion', 'bash']), cli(['completion', 'bash', '--json'])]);
  expect(JSON.parse(json.stdout)).toEqual({ shell: 'bash', script: plain.stdout.slice(0, -1) });
});

describe('what is offered', () => {
  it.each<[string[], string[]]>([
    [['s'], ['show', 'schedule']],
    [['schedule', 'p'], ['pause']],
    [
      ['dev', ''],
      ['up', 'down', 'status', 'env', 'messages', 'help'],
    ],
    [
      ['run', '--de'],
      ['--detach', '--debug'],
    ],
    [['run', '--detach', ''], [':file']],
    [['run', '--set', 'x=1', 'temper.yaml', ''], []],
    [['init', 's'], ['scratch']],
    [['init', 'scratch', '--dir', ''], [':directory']],
    [['invoke', 'reviews', '--file', ''], [':file']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['explain', 'Capacity'], ['CapacityUnavailable']],
    [['models', 'amazon.nova-2'], ['amazon.nova-2-lite-v1:0']],
    [['check', '--for', 'anthropic'], ['anthropic.claude-3-haiku-20240307-v1:0']],
    [['nonsense', ''], []],
    [['help', 'wo'], ['worker']],
    [['ls', '--json', '--li'], ['--limit']],
  ])('temper %s', async (words, expected) => {
    expect(await offered(words)).toEqual(expected);
  });

  it('commands with what they do, and no word of the command that answers', async () => {
    const { stdout } = await cli(['complete', '--', ''], { env: NOBODY });
    expect(stdout).toContain('show\tshow what each stage of a run did\n');
    expect(stdout).not.toMatch(/^complete\t/m);
  });

  it('runs by name and id, the names of models, and nothing that does not begin alike', async () => {
    const env = await ownNamespace();
    await startedRun(env, 'temper/reviews/7f3a9c');
    expect(await offered(['show', ''], env)).toEqual(['reviews', 'reviews/7f3a9c']);
    expect(await offered(['cancel', 'reviews/'], env)).toEqual(['reviews/7f3a9c']);
    expect(await offered(['ls', '--name', ''], env)).toEqual(['reviews']);
    expect(await offered(['ls', '--name=re'], env)).toEqual(['--name=reviews']);
    expect(await offered(['show', 'x'], env)).toEqual([]);
  });

  it('nothing, and no word of it, where nobody answers', async () => {
    expect(await offered(['show', ''])).toEqual([]);
    expect(await offered(['ls', '--name', ''])).toEqual([]);
    // What earlier tests put into the process would lead to their region.
    const nowhere = { ...NOBODY, AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_SAGEMAKER: 'http://127.0.0.1:1' };
    expect(await offered(['invoke', ''], nowhere)).toEqual([]);
    expect(await offered(['show', ''], await newNamespace())).toEqual([]);
  });
});

/** A run that waits for a worker. */
async function startedRun(env: Env, workflowId: string): Promise<void> {
  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS ?? '' });
  const client = new Client({ connection, namespace: env.TEMPORAL_NAMESPACE ?? '' });
  await client.workflow.start('fineTune', { workflowId, taskQueue: 'temper', args: [] });
  await expect.poll(async () => (await client.workflow.count("WorkflowType = 'fineTune'")).count).toBe(1);
  await connection.close();
}

/** A directory with a spec, and `temper` on the PATH of a shell that is there. */
async function place(): Promise<{ readonly cwd: string; readonly env: Record<string, string> }> {
  const cwd = await temporaryDirectory();
  await writeFile(join(cwd, 'temper.yaml'), '');
  const bin = await temporaryDirectory();
  await writeFile(join(bin, 'temper'), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  await chmod(join(bin, 'temper'), 0o755);
  const namespace = await ownNamespace();
  await startedRun(namespace, 'temper/reviews/7f3a9c');
  const { PATH = '', HOME = '' } = process.env;
  return {
    cwd,
    env: { ...namespace, PATH: `${bin}${delimiter}${PATH}`, HOME, TERM: 'xterm', PS1: '$ ', LANG: 'C.UTF-8' },
  };
}

const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

/** What is typed, and what the shell makes of it. */
const TYPED = [
  ['temper sho\t', 'temper show '],
  ['temper ls --li\t', 'temper ls --limit '],
  ['temper run temp\t', 'temper run temper.yaml '],
  ['temper show reviews/\t', 'temper show reviews/7f3a9c '],
  ['temper ls --name=rev\t', 'temper ls --name=reviews '],
  ['temper explain Capa\t', 'temper explain CapacityUnavailable '],
];

describe('in the shells themselves, where they are installed', () => {
  it.skipIf(!has('bash')).each([['bash', ['bash', '--norc', '-i'], 'eval "$(temper completion bash)"']])(
    '%s',
    shellTest,
  );
  it.skipIf(!has('zsh')).each([['zsh', ['zsh', '-f', '-i'], 'eval "$(temper completion zsh)"']])('%s', shellTest);

  it.skipIf(!has('fish'))('fish', async () => {
    const { cwd, env } = await place();
    for (const [typed = '', expected = ''] of TYPED) {
      const line = typed.trimEnd();
      const script = `temper completion fish | source; complete --do-complete "${line}"`;
      const { stdout } = await run('fish', ['--no-config', '-c', script], { cwd, env });
      expect(stdout.split('\n').map((each) => each.split('\t')[0])).toContain(expected.trimEnd().split(' ').at(-1));
    }
  });
});

async function shellTest(_: string, argv: string[], setup: string): Promise<void> {
  const { cwd, env } = await place();
  const task = JSON.stringify({ argv, env, setup, typed: TYPED });
  const { path: python } = await findPython(process.env);
  const { stdout } = await run(python, [TYPE, task], { cwd, env });
  expect(JSON.parse(stdout)).toHaveLength(TYPED.length);
}
