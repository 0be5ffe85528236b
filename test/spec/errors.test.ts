import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../activities/errors.ts';
import { EXPLAINED, explain } from '../../spec/errors/catalogue.ts';

const root = new URL('../../', import.meta.url).pathname;

/** The code of the rooms, without the catalogue itself. */
const sources = ['spec', 'activities', 'workflows', 'cli']
  .flatMap((room) => readdirSync(join(root, room), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.endsWith(join('spec', 'errors')))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  .join('\n');

describe('the catalogue of errors', () => {
  // That each code that is thrown stands in it is checked by the compiler.
  it('has no code that nothing tells', () => {
    const unused = EXPLAINED.filter(({ code }) => !sources.includes(`'${code}'`) && !(code in ERRORS));
    expect(unused.map(({ code }) => code)).toEqual([]);
  });

  it('explains every way in which a run can fail', () => {
    expect(Object.keys(ERRORS).filter((code) => explain(code).length === 0)).toEqual([]);
  });

  it.each(EXPLAINED)('says of $code in one line each what it means, why, and what to do', (entry) => {
    for (const text of [entry.means, entry.why, entry.fix]) expect(text).toMatch(/^\S.*[^.\n]$/);
    expect(entry.example).toMatch(/^.+$/);
  });

  it('finds codes in any case, and in each group that has them', () => {
    expect(explain('jobfailed').map(({ code }) => code)).toEqual(['JobFailed']);
    expect(explain('wrong_type').map(({ group }) => group)).toEqual(['temper.yaml', 'data']);
    expect(explain('JobFaild')).toEqual([]);
  });
});
