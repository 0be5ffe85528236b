/**
 * Markdown as the Temporal UI shows it: outside of code it sets dashes, quotes and fractions anew and takes HTML for what it
 * looks like, it does not wrap blocks of code, and it has the whole text in an address, which has to stay short.
 */
const LONGEST = 600;
const MOST_LINES = 24;
/** What a window of usual width shows of a block. */
const LINE = 66;

const cut = (text: string, longest: number): string => (text.length <= longest ? text : `${text.slice(0, longest)}…`);

const onOneLine = (text: string): string => cut(text.replace(/\s+/g, ' ').trim(), LONGEST);

/** The longest run of backticks in it, and one more. */
const fenceFor = (text: string): string =>
  '`'.repeat(1 + Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length)));

/** Text that somebody else wrote, or that is to be copied: as it is, on one line. */
export function literal(text: string): string {
  const line = onOneLine(text);
  const fence = fenceFor(line);
  const gap = fence.length > 1 ? ' ' : '';
  return `${fence}${gap}${line}${gap}${fence}`;
}

/** A sentence that holds names, values or commands: as it is, on one line, and no Markdown whatever they look like. */
export const plain = (text: string): string =>
  onOneLine(text)
    .replaceAll('&', '&amp;')
    .replace(/[\\`*_[\]<~]|-(?=-)|(?<=-)-/g, '\\$&');

/** Lines as they are, long ones on several. */
export function block(lines: readonly string[], language = ''): string {
  const shown = lines.flatMap((line) => line.match(new RegExp(`.{1,${LINE}}`, 'gu')) ?? ['']);
  const text = shown.slice(-MOST_LINES).join('\n');
  const fence = fenceFor(text).padEnd(3, '`');
  return `${fence}${language}\n${text}\n${fence}`;
}

/** A list with what it is of, which the list would be part of without the empty line. */
export const list = (title: string, items: readonly string[]): string =>
  `${title}\n\n${items.map((item) => `- ${item}`).join('\n')}`;
