/** What a served model is asked, beside what it was trained on, as people read it. */
import type { FeatureDrift, MovedBin } from '../../spec/monitoring/drift.ts';
import type { LiveEvidence, TrafficRead } from '../../spec/monitoring/evidence.ts';
import { sinceText } from '../../spec/monitoring/window.ts';
import type { DriftReport } from '../monitoring/drift.ts';
import type { Screen } from '../output.ts';
import { formatBytes, formatCount, hang, plural, table, widthOf } from './format.ts';

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** The features in a table, and in a line what they come to. */
export function renderDrift(report: DriftReport, screen: Screen): string {
  const { name, champion, traffic, measure, live } = report;
  const { style, columns } = screen;
  const served = champion ? ` · version ${champion.version} · ${champion.run}` : '';
  const lines = [`${style.bold(name)}${style.dim(served)}`];
  if (traffic && measure) {
    const beside = `beside ${plural(measure.referenceRows, 'row')} of its training data`;
    const read = `read ${plural(traffic.files, 'file')}, ${formatBytes(traffic.bytes)}`;
    const asked = `${plural(measure.rows, 'row')} asked ${sinceText(traffic)}, ${beside} (${read})`;
    lines.push(...hang('  ', asked, columns));
    lines.push(...brokenLines(traffic, screen));
    if (measure.features.length > 0) lines.push('', featureTable(measure.features, screen), '');
  }
  lines.push(...verdict(report, screen));
  if (live) lines.push(...liveLines(live, screen));
  return lines.join('\n');
}

function verdict({ due, reason }: Pick<DriftReport, 'due' | 'reason'>, { style, columns }: Screen): string[] {
  return hang(due ? style.red('  ✖ ') : '    ', reason, columns);
}

function brokenLines({ broken, firstBroken }: TrafficRead, { style, columns }: Screen): string[] {
  if (broken === 0 || !firstBroken) return [];
  const { uri, line, why } = firstBroken;
  return hang(style.yellow('  ! '), `${plural(broken, 'line')} could not be read: ${uri}:${line}  ${why}`, columns);
}

/** With as many of the bins that moved as there is room for. */
function featureTable(features: readonly FeatureDrift[], screen: Screen): string {
  const tables = [3, 2, 1].map((most) => table(rowsOf(features, most, screen)));
  const fits = (text: string): boolean => text.split('\n').every((line) => widthOf(line) <= screen.columns);
  return tables.find(fits) ?? table(rowsOf(features, 1, screen), screen.columns);
}

function rowsOf(features: readonly FeatureDrift[], most: number, { style }: Screen): string[][] {
  const head = ['', 'PSI', 'new', 'moved'].map((cell) => style.dim(cell));
  const rows = features.map(({ feature, drifted, psi, gone, newCategories, moved }) => [
    `  ${drifted ? style.red(feature) : feature}`,
    psi.toFixed(2),
    newCategories ? percent(newCategories.share) : '',
    gone ? 'gone' : moved.slice(0, most).map(movedText).join(', '),
  ]);
  return [head, ...rows];
}

const movedText = ({ bin, reference, traffic }: MovedBin): string =>
  `${bin} ${percent(reference)} → ${percent(traffic)}`;

function liveLines({ due, reason, joined, unread, firstUnread }: LiveEvidence, screen: Screen): string[] {
  const { style, columns } = screen;
  const lines = ['', `  live answers: ${formatCount(joined)} with a label`, ...verdict({ due, reason }, screen)];
  if (unread > 0 && firstUnread) lines.push(...hang(style.yellow('  ! '), firstUnread, columns));
  return lines;
}
