import type { RunRecord, StartedBy } from '../../spec/record.ts';
import { list, literal, plain } from './markdown.ts';

function whoText({ how, by, comment }: StartedBy): string {
  const who =
    how === 'schedule'
      ? `by its schedule${by ? `, triggered by ${plain(by)}` : ''}`
      : `with \`temper ${how === 'cli' ? 'run' : how}\`${by ? ` by ${plain(by)}` : ''}`;
  return `${who}${comment ? `: ${literal(comment)}` : ''}`;
}

/** Who or what started the run, and where it comes from where it does not begin at the beginning. */
export function whyStarted({ startedBy, decision, takenFrom }: RunRecord): string[] {
  const findings = decision?.findings.map(
    ({ trigger, due, reason }) => `${due ? '✔' : '◦'} ${trigger}: ${plain(reason)}`,
  );
  const started = [
    ...(startedBy ? [`**Started** ${whoText(startedBy)}.`] : []),
    ...(decision ? [`Decided: ${plain(decision.reason)}.`] : []),
    ...(takenFrom ? [`What comes before its ${takenFrom.stage} stage is of ${literal(takenFrom.run)}.`] : []),
  ].join(' ');
  if (started === '') return [];
  return [findings?.length ? list(started, findings) : started];
}
