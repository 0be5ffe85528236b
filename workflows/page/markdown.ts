/**
 * Markdown as the Temporal UI shows it: outside of code it sets dashes and quotes anew and drops what looks like HTML, it does
 * not wrap blocks of code, and it has the whole text in an address, which has to stay short.
 */
const LONGEST = 600;
const LONGEST_LINE = 160;

const cut = (text: string, longest: number): string => (text.length <= longest ? text : `${text.slice(0, longest)}…`);

/** The longest run of backticks in it, and one more. */
const fenceFor = (text: string): string =>
  '`'.repeat(1 + Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length)));

/** Text that somebody else wrote, or that is to be copied: as it is, on one line. */
export function literal(text: string): string {
  const line = cut(text.replace(/\s+/g, ' ').trim(), LONGEST);
  const fence = fenceFor(line);
  const gap = fence.length > 1 ? ' ' : '';
  return `${fence}${gap}${line}${gap}${fence}`;
}

/** Lines as they are. */
export function block(lines: readonly string[], language = ''): string {
  const text = lines.map((line) => cut(line, LONGEST_LINE)).join('\n');
  const fence = fenceFor(text).padEnd(3, '`');
  return `${fence}${language}\n${text}\n${fence}`;
}

/** A list with what it is of, which the list would be part of without the empty line. */
export const list = (title: string, items: readonly string[]): string =>
  `${title}\n\n${items.map((item) => `- ${item}`).join('\n')}`;
