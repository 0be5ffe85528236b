/** The versions of a name as people read them. */
import { decidedText } from '../../spec/decision.ts';
import { SERVING } from '../../spec/engine.ts';
import type { StartedBy } from '../../spec/record.ts';
import type { Version } from '../../spec/version.ts';
import type { Screen } from '../output.ts';
import type { History } from '../versions/history.ts';
import { formatMetric, hang, plural } from './format.ts';
import { gateText } from './stage-text.ts';

/** Each version in a few lines: which, since when and until when, and why. */
export function renderHistory({ name, total, versions }: History, screen: Screen): string {
  const { style } = screen;
  const width = String(total).length;
  const more = total - versions.length;
  return [
    `${name}: ${plural(total, 'version')}`,
    ...versions.flatMap((version) => linesOf(version, width, screen)),
    ...(more > 0 ? [style.dim(`and ${plural(more, 'older version')}; see more with --limit`)] : []),
  ].join('\n');
}

function linesOf(version: Version, width: number, { style, columns }: Screen): string[] {
  const { version: number, run, handedOverAt, engine, model } = version;
  const head = `  ${String(number).padStart(width)}  `;
  const indent = ' '.repeat(head.length);
  return [
    `${style.cyan(head)}${timeOf(handedOverAt)}  ${placeText(version, style)}`,
    ...hang(indent, whyText(version), columns),
    style.dim(`${indent}${run} · ${engine} · ${model}`),
  ];
}

function placeText({ serves, until, now }: Version, style: Screen['style']): string {
  if (!serves) return 'served nowhere';
  const where = `${SERVING[serves.to]} ${serves.name}`;
  if (until !== undefined) return `served as ${where} until ${timeOf(until)}`;
  switch (now?.state) {
    case 'gone':
      return style.yellow(`was put on ${where}, which is gone`);
    case 'other':
      return style.yellow(`was put on ${where}, which answers with ${now.run ?? now.model} now`);
    default:
      return style.green(`serves as ${where}`);
  }
}

function whyText({ scores: { candidate }, gate, approval, startedBy, decision }: Version): string {
  const decided = approval && decidedText(approval, new Date());
  const scored = Object.entries(candidate?.metrics ?? {}).map(([metric, value]) => `${metric} ${formatMetric(value)}`);
  return [
    gate.length > 0 ? gateText(gate) : scored.length > 0 ? scored.join(', ') : 'not evaluated',
    ...(decided ? [decided] : []),
    ...(decision ? [`started by its schedule: ${decision.reason}`] : startedBy ? [startText(startedBy)] : []),
  ].join(' · ');
}

const startText = ({ how, by, comment }: StartedBy): string =>
  `${how === 'rollback' ? 'rolled back' : 'started'} by ${by ?? `a ${how}`}${comment ? `: ${JSON.stringify(comment)}` : ''}`;

const timeOf = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;
