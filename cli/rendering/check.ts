/** What `temper check` found, as people read it. */
import type { CheckFinding, CheckReport, FamilyReport, FixedReport } from '../../spec/check.ts';
import type { DataStats, PartName, PartStats } from '../../spec/data/report.ts';
import type { Screen } from '../output.ts';
import { cut, formatBytes, formatCount, hang, pad, plural } from './format.ts';

const LABEL = 11;
/** Of each kind of problem, in the terminal; `--json` has ten. */
const SHOWN_PLACES = 3;
const SHOWN_LABELS = 8;

export function renderCheck(report: CheckReport, screen: Screen): string {
  const { stats, errors, warnings } = report;
  const { red, yellow } = screen.style;
  return [
    ...(stats ? statsLines(report, stats, screen) : []),
    ...familiesLines(report, screen),
    ...errors.flatMap((finding) => ['', ...findingLines(red('✖'), finding, screen)]),
    ...warnings.flatMap((finding) => ['', ...findingLines(yellow('!'), finding, screen)]),
    '',
    ...verdict(report, screen),
    ...(report.fixed ? ['', ...fixedLines(report.fixed, screen)] : []),
  ].join('\n');
}

function verdict({ ok, file, errors, warnings, families = [] }: CheckReport, { style, columns }: Screen): string[] {
  const doubts = warnings.length > 0 ? `, ${plural(warnings.length, 'warning')}` : '';
  if (errors.length === 0 && !ok)
    return hang(`  ${style.red('✖')} `, `${file} fits none of the models${doubts}`, columns);
  if (errors.length === 0)
    return hang(`  ${style.green('✔')} `, `${file} can be used${fitting(families)}${doubts}`, columns);
  const told = `${file} cannot be used: ${plural(errors.length, 'kind')} of errors${doubts}`;
  return hang(`  ${style.red('✖')} `, told, columns);
}

function fitting(families: readonly FamilyReport[]): string {
  if (families.length <= 1) return '';
  return `, and fits ${families.filter(({ fits }) => fits).length} of ${families.length}`;
}

/** Of one model, what its job is given; of all, which the data fits, and first of all why not. */
function familiesLines({ families = [] }: CheckReport, screen: Screen): string[] {
  const { style, columns } = screen;
  const [only] = families;
  if (only && families.length === 1) {
    const what = [only.names.join(', '), only.customization, only.format];
    return [...entry('model', what.join(' · '), screen), ...entry('records', recordsText(only), screen)];
  }
  const lines = families.flatMap((family) => {
    const { names, customization, format, fits, delisted, warnings } = family;
    const mark = fits ? style.green('✔') : style.red('✖');
    const [first] = family.errors;
    const others = family.errors.length > 1 ? `, and ${family.errors.length - 1} more` : '';
    const doubts = warnings.length > 0 ? `, ${plural(warnings.length, 'warning')}` : '';
    const place = first?.line === undefined ? '' : ` (${first.file}:${first.line})`;
    const why = first
      ? `${first.message}${first.count > 1 ? ` (${formatCount(first.count)} rows)` : place}${others}`
      : `${format}, ${recordsText(family)}`;
    const listed = delisted ? style.dim(' (no longer listed by AWS)') : '';
    return hang(`  ${mark} `, `${names.join(', ')}${listed} · ${customization}: ${style.dim(why + doubts)}`, columns);
  });
  return lines.length > 0 ? ['', ...lines] : [];
}

function recordsText({ records: { train, validation }, tokens }: FamilyReport): string {
  const held = validation > 0 ? ` and ${formatCount(validation)} for validation` : '';
  return `${plural(train, 'record')}${held}, about ${formatCount(tokens)} tokens`;
}

function fixedLines({ ok, files, changed, leftOut }: FixedReport, screen: Screen): string[] {
  const { style, columns } = screen;
  const counts = (what: Readonly<Record<string, number>>): string[] =>
    Object.entries(what).flatMap(([text, count]) =>
      hang(`    ${style.dim(pad(formatCount(count), 6))} `, text, columns),
    );
  const verdictOf = ok ? style.green('can be used') : style.red('still cannot be used: check it for what is left');
  return [
    ...files.flatMap(({ file, rows }) => hang('  ', `${file}  ${plural(rows, 'row')} written, ${verdictOf}`, columns)),
    ...(Object.keys(changed).length > 0 ? ['  changed', ...counts(changed)] : []),
    ...(Object.keys(leftOut).length > 0 ? ['  left out', ...counts(leftOut)] : []),
  ];
}

function statsLines({ format, kind }: CheckReport, stats: DataStats, screen: Screen): string[] {
  const bytes = stats.files.reduce((sum, file) => sum + file.bytes, 0);
  const what = format === undefined ? [] : [format === kind ? format : `${format}, read as ${kind}`];
  const about = [...what, plural(stats.files.length, 'file'), formatBytes(bytes)].join(' · ');
  const parts = Object.entries(stats.parts) as [PartName, PartStats][];
  const unused = Object.keys(stats.unusedFields);
  return [
    ...entry('data', about, screen),
    ...parts.flatMap(([name, part]) => partLines(parts.length > 1 ? name : undefined, part, screen)),
    ...entry(
      'not used',
      unused.length > 0 ? `${unused.length > 1 ? 'fields' : 'field'} ${unused.join(', ')}` : '',
      screen,
    ),
  ];
}

/** @param name where there are several */
function partLines(name: PartName | undefined, part: PartStats, screen: Screen): string[] {
  const { min, median, p95, max } = part.tokensPerRow;
  const repeated = part.repeated > 0 ? ` · ${formatCount(part.repeated)} repeated` : '';
  return [
    ...(name === undefined ? [] : ['', `  ${screen.style.bold(name)}`]),
    ...entry('rows', `${formatCount(part.rows)}${repeated}`, screen),
    ...entry('characters', formatCount(part.characters), screen),
    ...entry('tokens', `about ${formatCount(part.tokens)}, a token for every four bytes`, screen),
    ...entry(
      'per row',
      `${[min, median, p95, max].map(formatCount).join(' · ')} tokens: least, median, p95, most`,
      screen,
    ),
    ...entry('labels', labelsText(part), screen),
  ];
}

function labelsText({ labels, rows }: PartStats): string {
  const entries = Object.entries(labels ?? {});
  const told = entries
    .slice(0, SHOWN_LABELS)
    .map(([label, count]) => `${label} ${formatCount(count)} (${Math.round((count / rows) * 100)} %)`);
  const others = entries.length - told.length;
  return [...told, ...(others > 0 ? [`${formatCount(others)} others`] : [])].join(' · ');
}

/** No line where there is no text. */
function entry(label: string, text: string, { columns, style }: Screen): string[] {
  return text === '' ? [] : hang(`  ${style.dim(pad(label, LABEL))}`, text, columns);
}

function findingLines(mark: string, { message, code, fix, count, places }: CheckFinding, screen: Screen): string[] {
  const { columns, style } = screen;
  const times = count > 1 ? ` ${style.dim(`× ${formatCount(count)}`)}` : '';
  const shown = places.slice(0, SHOWN_PLACES).map(({ file, line, value }) => {
    const place = line === undefined ? file : `${file}:${line}`;
    return cut(`    ${place}${value === undefined ? '' : `  ${style.dim(value)}`}`, columns);
  });
  const more = count > shown.length ? [style.dim(`    and ${formatCount(count - shown.length)} more`)] : [];
  return [
    ...hang(`  ${mark} `, `${message}${times} ${style.dim(`(${code})`)}`, columns),
    ...shown,
    ...more,
    ...(fix === undefined ? [] : hang(`    ${style.dim('fix:')} `, fix, columns)),
  ];
}
