import { ERROR_GROUPS } from '../spec/errors/catalogue.ts';
import type { ErrorEntry } from '../spec/errors/entry.ts';

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Between backticks, however many the text has of its own. */
function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function section([name, { means, why, fix, example }]: [string, ErrorEntry]): string {
  const lines = [`- Why: ${why}.`, `- What to do: ${fix}.`, `- Such as: ${code(example)}`];
  return [`### ${code(name)}`, sentence(means), lines.join('\n')].join('\n\n');
}

/** The reference of error codes in Markdown. */
export function errorReference(): string {
  const groups = ERROR_GROUPS.map(({ title, about, entries }) =>
    [`## In ${title}`, sentence(about), ...Object.entries(entries).map(section)].join('\n\n'),
  );
  const intro = [
    '# Error codes',
    '<!-- Written by `npm run docs` from spec/errors/: change it there. -->',
    'Every code that Temper tells, and what to do about it. `temper explain CODE` shows the same on the terminal.',
  ];
  return `${[...intro, ...groups].join('\n\n')}\n`;
}
