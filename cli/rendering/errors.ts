/** What the catalogue of errors says, for people. */
import { Help } from '@commander-js/extra-typings';
import { ERROR_GROUPS, type ExplainedError } from '../../spec/errors/catalogue.ts';
import type { Screen } from '../output.ts';

const LABEL_WIDTH = 'what to do'.length;
/** Lines that are longer are harder to read. */
const WIDEST = 100;

/** Terms with their texts beside them, wrapped to the screen. */
function list(items: readonly (readonly [term: string, text: string])[], width: number, { columns }: Screen): string {
  const help = new Help();
  help.prepareContext({ helpWidth: Math.min(columns, WIDEST) });
  return items.map(([term, text]) => help.formatItem(term, width, text, help)).join('\n');
}

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
      return `${heading}\n\n${list(items, LABEL_WIDTH, screen)}`;
    })
    .join('\n\n');
}

/** Every code with its meaning. */
export function renderCatalogue(screen: Screen): string {
  const { bold, dim } = screen.style;
  const width = Math.max(...ERROR_GROUPS.flatMap(({ entries }) => Object.keys(entries)).map((code) => code.length));
  return ERROR_GROUPS.map(({ title, about, entries }) => {
    const items = Object.entries(entries).map(([code, { means }]): [string, string] => [code, means]);
    return `  ${bold(title)}  ${dim(about)}\n\n${list(items, width, screen)}`;
  }).join('\n\n');
}
