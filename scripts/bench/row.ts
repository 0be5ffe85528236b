/** What a bench finds out. */
export interface Row {
  /** For people, in a few words: `temper ls`. */
  readonly what: string;
  readonly value: number;
  /** `s`, `ms`, `MB`, `MB/s`, `calls/s`; empty for a count. */
  readonly unit: string;
  readonly aim?: Aim;
  readonly peer?: Peer;
  /** What measures the value once more, as typed in a checkout. */
  readonly command: string;
}

/** In the row's unit. */
export type Aim = { readonly below: number } | { readonly above: number };

/** The same work done by somebody else, in the row's unit. */
export interface Peer {
  readonly name: string;
  readonly value: number;
  /** Where the figure is from, unless it was measured in the same run. */
  readonly source?: string;
}

export type Bench = () => Promise<readonly Row[]>;

export function isMet({ value, aim }: Row): boolean | undefined {
  if (!aim) return undefined;
  return 'below' in aim ? value < aim.below : value > aim.above;
}

/** How many times better than the peer: 2 is twice as fast, or half the memory. */
export function ratioOf({ value, unit, peer }: Row): number | undefined {
  if (!peer) return undefined;
  return unit.endsWith('/s') ? value / peer.value : peer.value / value;
}
