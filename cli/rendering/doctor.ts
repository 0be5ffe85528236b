import type { Check } from '../doctor/check.ts';
import type { Diagnosis } from '../doctor/doctor.ts';
import type { Screen } from '../output.ts';
import { plural, terms } from './format.ts';

/** Each check in a line, and what to do below those that failed. */
export function renderDiagnosis({ checks }: Diagnosis, screen: Screen): string {
  const { green, red, dim } = screen.style;
  const glyphs = { passed: green('✔'), failed: red('✖'), skipped: dim('-') };
  const lines = checks.flatMap(({ check, status, message, fix }): [string, string][] => [
    [`${glyphs[status]} ${check}`, status === 'skipped' ? dim(`skipped: ${message}`) : message],
    ...(fix ? [['', `${dim('fix:')} ${fix}`] satisfies [string, string]] : []),
  ]);
  return `${terms(lines, screen)}\n\n  ${summary(checks, screen)}`;
}

function summary(checks: readonly Check[], { style }: Screen): string {
  const count = checks.filter(({ status }) => status === 'failed').length;
  return count === 0 ? style.green('ready to run') : style.red(`${plural(count, 'check')} failed`);
}
