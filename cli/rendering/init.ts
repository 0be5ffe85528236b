import type { Screen } from '../output.ts';
import { plural, terms } from './format.ts';

/** What `temper init` has done. */
export interface Written {
  readonly template: string;
  readonly directory: string;
  readonly files: readonly string[];
  /** What to type next. */
  readonly next: readonly { readonly command: string; readonly does: string }[];
}

/** What was written, and what to do with it. */
export function renderWritten({ directory, files, next }: Written, screen: Screen): string {
  const { cyan } = screen.style;
  return [
    terms([['wrote', `${plural(files.length, 'file')} to ${directory}: ${files.join(' · ')}`]], screen),
    '',
    '  next',
    terms(
      next.map(({ command, does }) => [`  ${cyan(command)}`, does] as const),
      screen,
    ),
  ].join('\n');
}
