/** The figures as a table, with the machine that they are from. */
import { cpus, totalmem } from 'node:os';
import { table } from '../../cli/rendering/format.ts';
import { isMet, type Row, ratioOf } from './row.ts';

export interface Report {
  /** ISO 8601. */
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly rows: readonly Row[];
}

export function reportOf(rows: readonly Row[]): Report {
  const processors = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return {
    date: new Date().toISOString(),
    machine: `${processors.length} × ${processors[0]?.model ?? 'unknown'}, ${gigabytes} GB, ${process.platform}`,
    node: process.version,
    rows,
  };
}

const amount = (value: number, unit: string): string => {
  const digits = value < 10 && !Number.isInteger(value) ? 2 : 0;
  return `${value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`.trimEnd();
};

function cells(row: Row): string[] {
  const { what, value, unit, aim, peer } = row;
  const ratio = ratioOf(row);
  const met = isMet(row);
  return [
    what,
    amount(value, unit),
    aim ? ('below' in aim ? `< ${amount(aim.below, unit)}` : `> ${amount(aim.above, unit)}`) : '',
    peer ? `${peer.name}: ${amount(peer.value, unit)}${peer.source ? ` (${peer.source})` : ''}` : '',
    ratio === undefined ? '' : `${ratio.toFixed(1)} ×`,
    met === undefined ? '' : met ? 'met' : 'missed',
  ];
}

export function renderReport({ date, machine, node, rows }: Report): string {
  return [
    `${date.slice(0, 10)} · ${machine} · Node ${node}`,
    '',
    table([['WHAT', 'VALUE', 'AIM', 'PEER', 'RATIO', ''], ...rows.map(cells)]),
  ].join('\n');
}
