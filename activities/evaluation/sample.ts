import { hash } from 'node:crypto';

/**
 * Rows, counted from 1, of which a number is taken: the same ones whenever it is asked, spread over all, and with a larger
 * number the same and more.
 */
export function sampleOf(total: number, count: number, seed: string): ReadonlySet<number> {
  const rows = Array.from({ length: total }, (_, i) => i + 1);
  if (count >= total) return new Set(rows);
  const keyed = rows.map((row) => ({ row, key: hash('sha256', `${seed}\0${row}`) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  return new Set(keyed.slice(0, count).map(({ row }) => row));
}
