import type { Orphan, OrphanKind } from '../orphans/orphan.ts';
import type { Told } from '../orphans/orphans.ts';
import type { Screen, Style } from '../output.ts';
import { plural, table } from './format.ts';

const AS_STORAGE: ReadonlySet<OrphanKind> = new Set(['upload', 'custom model', 'imported model']);

/** What leaving it costs, and of what serves what is done about it. */
function costs({ bills, kind, previous, modelUnits, usdPerHour }: Orphan, style: Style): string {
  if (previous) return `serves what was never proven; goes back to ${previous}`;
  if (!bills) return 'free';
  if (modelUnits !== undefined) {
    const price = usdPerHour === undefined ? '' : `, ${usdPerHour.toFixed(2)} USD an hour`;
    return style.red(`bills ${plural(modelUnits, 'model unit')}${price}`);
  }
  if (AS_STORAGE.has(kind)) return `${style.yellow('bills')}, as storage`;
  return style.red('bills');
}

/** The list of orphans as people read it, and what to do about them. */
export function renderOrphans(orphans: readonly Orphan[], { style, columns }: Screen): string {
  if (orphans.length === 0) {
    return 'no orphans: whatever temper made is of a run that is open, or was handed over';
  }
  const rows = orphans.map((orphan) => [
    orphan.kind,
    orphan.name,
    orphan.run,
    orphan.ended === 'unknown' ? style.yellow('unknown') : orphan.ended,
    orphan.since ? `${orphan.since.slice(0, 16).replace('T', ' ')} UTC` : '',
    costs(orphan, style),
  ]);
  const billing = orphans.filter(({ bills }) => bills).length;
  const unknown = orphans.filter(({ ended }) => ended === 'unknown').length;
  return [
    table([['KIND', 'NAME', 'RUN', 'ENDED', 'SINCE', 'LEFT ALONE'].map((title) => style.dim(title)), ...rows], columns),
    '',
    `  ${plural(orphans.length, 'orphan')}, ${billing === 0 ? 'none of which bills' : `${billing} of which ${billing === 1 ? 'bills' : 'bill'}`}; take them away with: temper orphans --delete`,
    ...(unknown > 0
      ? [
          `  ${unknown} of runs that this Temporal does not know, and perhaps another does: those go only with --unknown`,
        ]
      : []),
  ].join('\n');
}

const DONE: Readonly<Record<Orphan['kind'], string>> = {
  'training job': 'stopped',
  'customization job': 'stopped',
  'transform job': 'stopped',
  'batch inference job': 'stopped',
  'evaluation job': 'stopped',
  endpoint: 'deleted',
  'endpoint config': 'deleted',
  model: 'deleted',
  deployment: 'deleted',
  'provisioned throughput': 'deleted',
  'import job': 'over, and its model deleted',
  'imported model': 'deleted',
  'custom model': 'deleted',
  upload: 'aborted',
};

/** What became of one. */
export function removalLine({ kind, name, previous, removed, problem }: Told, { green, red }: Style): string {
  if (!removed) return `  ${red('✖')} ${kind} ${name}: ${problem}`;
  return `  ${green('✔')} ${kind} ${name} ${previous ? `put back to ${previous}` : DONE[kind]}`;
}
