import { hash } from 'node:crypto';

/**
 * Rows, counted from 1, of which a number is taken: the same ones whenever it is asked, spread over all, and with a larger
 * number the same and more.
 */
export function sampleOf(total: number, count: number, seed: string): ReadonlySet<number> {
  const taken: { readonly row: number; readonly key: string }[] = [];
  for (let row = 1; row <= total; row += 1) {
    const key = hash('sha256', `${seed}\0${row}`);
    if (taken.length === count && key > (taken.at(-1)?.key ?? '')) continue;
    taken.splice(placeOf(key, taken), 0, { row, key });
    if (taken.length > count) taken.pop();
  }
  return new Set(taken.map(({ row }) => row));
}

/** Where a key belongs among sorted ones. */
function placeOf(key: string, sorted: readonly { readonly key: string }[]): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle]?.key ?? '') < key) from = middle + 1;
    else to = middle;
  }
  return from;
}
