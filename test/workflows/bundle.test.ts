import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import * as workflows from '../../workflows/index.ts';
import { workflowBundle } from './harness.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The Temporal SDK and what it is made of, and a hash in plain JavaScript. */
const PACKAGES = ['@noble/hashes', '@temporalio/common', '@temporalio/workflow', 'long', 'ms', 'nexus-rpc'];

/** The sources in the bundle, as its source map names them. */
async function bundledSources(): Promise<string[]> {
  const { code } = await workflowBundle();
  const [, encoded] = /sourceMappingURL=data:application\/json;charset=utf-8;base64,([A-Za-z0-9+/=]+)/.exec(code) ?? [];
  if (!encoded) throw new Error('the bundle carries no source map');
  return (JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as { sources: string[] }).sources;
}

it('holds the workflows, the plain logic of spec/, the Temporal SDK and a hash, and nothing else', async () => {
  const sources = await bundledSources();
  const packages = new Set(sources.flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []));
  expect([...packages].sort()).toEqual(PACKAGES);
  const own = sources
    .filter((source) => source.startsWith(ROOT) && !source.includes('node_modules'))
    .map((source) => relative(ROOT, source));
  expect(own).toContain('spec/gate.ts');
  expect(own.filter((source) => !/^(spec|workflows)\//.test(source))).toEqual([]);
  // The schema and the parser bring zod and yaml along; only their types may be used.
  expect(own.filter((source) => /^spec\/(spec|parse)\.ts$/.test(source))).toEqual([]);
});

it('is the same wherever it is built, but for its source map, as its hash is the version of a worker', async () => {
  const { code } = await workflowBundle();
  expect(code.slice(0, code.lastIndexOf('//# sourceMappingURL='))).not.toContain(ROOT);
});

it.each(Object.entries(workflows))('says whether %s ends with the code that it began with', (_, workflow) => {
  expect('workflowDefinitionOptions' in workflow).toBe(true);
});
