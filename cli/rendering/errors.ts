/** What the catalogue of errors says, for people. */
import { ERROR_GROUPS, type ExplainedError } from '../../spec/errors/catalogue.ts';
import type { Screen } from '../output.ts';
import { terms } from './format.ts';

/** What there is to say of one code. */
export function renderExplained(explained: readonly ExplainedError[], screen: Screen): string {
  const { bold, dim } = screen.style;
  return explained
    .map(({ code, group, means, why, fix, example }) => {
      const heading = `  ${bold(code)}  ${dim(group)}`;
      const items: [string, string][] = [
        ['means', means],
        ['why', why],
        ['what to do', fix],
        ['such as', example],
      ];
      return `${heading}\n\n${terms(items, screen)}`;
    })
    .join('\n\n');
}

/** Every code with its meaning. */
export function renderCatalogue(screen: Screen): string {
  const { bold, dim } = screen.style;
  const width = Math.max(...ERROR_GROUPS.flatMap(({ entries }) => Object.keys(entries)).map((code) => code.length));
  return ERROR_GROUPS.map(({ title, about, entries }) => {
    const items = Object.entries(entries).map(([code, { means }]): [string, string] => [code, means]);
    return `${terms([[bold(title), dim(about)]], screen)}\n\n${terms(items, screen, width)}`;
  }).join('\n\n');
}
