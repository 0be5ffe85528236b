/** docs/failures.md promises what tests show: each of its links is one, by its name. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isPipelineCode } from '../../spec/errors/pipeline.ts';

const PAGE = new URL('../../docs/failures.md', import.meta.url);
const page = readFileSync(PAGE, 'utf8');

const links = [...page.matchAll(/\[([^\]]+)\]\(([^)#]+)\)/g)].map(([, text = '', path = '']) => ({ text, path }));
const tests = links.filter(({ path }) => path.endsWith('.test.ts'));
const read = (path: string): string => readFileSync(new URL(path, PAGE), 'utf8');

it('the page of failures links to tests that are there, by their names', () => {
  expect(tests.length).toBeGreaterThan(40);
  expect(links.filter(({ path }) => !existsSync(new URL(path, PAGE)))).toEqual([]);
  const isNamed = ({ text, path }: (typeof tests)[number]): boolean =>
    ["'", '"'].some((quote) => read(path).includes(`${quote}${text}${quote}`));
  expect(tests.filter((link) => !isNamed(link))).toEqual([]);
});

it('the page of failures shows each test of test/failures', () => {
  const shown = new Set(tests.map(({ text }) => text));
  const files = readdirSync(new URL('../failures/', import.meta.url)).filter((file) => file.endsWith('.test.ts'));
  const names = files.flatMap((file) =>
    [...read(`../test/failures/${file}`).matchAll(/(?:\bit\(|\]\)\(|\)\()\s*'([^']+)'/g)].map(([, name = '']) => name),
  );
  expect(names.length).toBeGreaterThan(8);
  expect(names.filter((name) => !shown.has(name))).toEqual([]);
});

it('the page of failures names codes that can be explained', () => {
  const codes = [...page.matchAll(/failed in \w+ \((\w+)\)/g)].map(([, code = '']) => code);
  expect(codes.length).toBeGreaterThan(8);
  expect(codes.filter((code) => !isPipelineCode(code))).toEqual([]);
});
