import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ProcessRecords } from '../../../local/processes.ts';
import { Containers } from '../../../local/sagemaker/containers.ts';
import { Venvs } from '../../../local/sagemaker/venvs.ts';
import { temporaryDirectory } from '../../support/region.ts';

/** Environments by a uv that makes none, and keeps the environment it was started with. */
async function recordedUv() {
  const home = await temporaryDirectory();
  const [uv, seen, source] = [join(home, 'uv'), join(home, 'seen'), join(home, 'source')];
  writeFileSync(uv, `#!/bin/sh\nenv > ${seen}\nfor last; do :; done\n[ "$1" != venv ] || mkdir -p "$last"\n`, {
    mode: 0o755,
  });
  mkdirSync(source);
  const containers = new Containers(new ProcessRecords(join(home, 'processes')));
  const options = { directory: join(home, 'venvs'), python: 'python3', pythonVersion: '3.12.0', uv };
  const venvs = new Venvs(options, containers);
  return {
    seen: () => readFileSync(seen, 'utf8').split('\n'),
    /** The environment for a source with these files. */
    python: (files: Record<string, string>) => {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(source, name), text);
      return venvs.python([], source, () => {});
    },
  };
}

test("uv is given the user's settings for networks and indexes, and no credentials of AWS", async () => {
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('UV_INDEX_URL', 'https://index.example/simple');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const { python, seen } = await recordedUv();
  await python({ 'requirements.txt': 'numpy' });
  expect(seen()).toContain('UV_INDEX_URL=https://index.example/simple');
  expect(seen().filter((line) => line.startsWith('AWS_'))).toEqual([]);
});

test.each([
  ['-r more.txt', 'more.txt'],
  ['numpy\n --constraint more.txt', 'more.txt'],
  ['./package.whl', 'package.whl'],
])('an environment of %j is made anew when %s changes', async (requirements, name) => {
  const { python } = await recordedUv();
  const first = await python({ 'requirements.txt': requirements, [name]: 'numpy' });
  expect(await python({ [name]: 'numpy' })).toBe(first);
  expect(await python({ [name]: 'scipy' })).not.toBe(first);
});

test('an environment is kept when only the script changes', async () => {
  const { python } = await recordedUv();
  const first = await python({ 'requirements.txt': 'numpy>=2 # as /opt has', 'train.py': '1' });
  expect(await python({ 'train.py': '2' })).toBe(first);
});

test.each(['-e .', '--editable ./package', '/opt/package', 'package @ file:///opt/package', '-r ../more.txt'])(
  'requirements with %j are refused',
  async (line) => {
    const { python } = await recordedUv();
    await expect(python({ 'requirements.txt': `numpy\n${line}\n` })).rejects.toThrow(
      `requirements.txt has ${JSON.stringify(line)}; environments are kept`,
    );
  },
);
