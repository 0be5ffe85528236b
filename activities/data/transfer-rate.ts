const WINDOW_MS = 10_000;

/** How fast bytes went within the last seconds. */
export class TransferRate {
  #bytes = 0;
  readonly #now: () => number;
  readonly #samples: { readonly at: number; readonly bytes: number }[];

  /** @param now milliseconds on any clock that only goes forward */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#samples = [{ at: now(), bytes: 0 }];
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    const at = this.#now();
    this.#samples.push({ at, bytes: this.#bytes });
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > WINDOW_MS) this.#samples.shift();
  }

  /** Whole bytes a second; `undefined` while there is nothing to judge by. */
  get perSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.at <= first.at) return undefined;
    return Math.round(((last.bytes - first.bytes) * 1000) / (last.at - first.at));
  }
}
