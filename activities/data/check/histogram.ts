/** How values are spread, in constant memory. */

/** Values below it are kept as they are. */
const EXACT = 4096;
/** Above, a value is known to a part in so many. */
const STEPS = 512;
const OCTAVES = 20;

/** Whole numbers from 0 up; quantiles are exact up to 4,096, and right within 0.2 % above. */
export class Histogram {
  count = 0;
  min = 0;
  max = 0;
  readonly #counts = new Float64Array(EXACT + STEPS * OCTAVES);

  add(value: number): void {
    this.min = this.count === 0 ? value : Math.min(this.min, value);
    this.max = Math.max(this.max, value);
    this.count += 1;
    const slot = slotOf(value);
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
  }

  /** The smallest value that a share of all values does not exceed; 0 where there are none. */
  quantile(share: number): number {
    const rank = Math.max(1, Math.ceil(this.count * share));
    let passed = 0;
    for (const [slot, count] of this.#counts.entries()) {
      passed += count;
      if (passed >= rank && count > 0) return Math.min(middleOf(slot), this.max);
    }
    return 0;
  }
}

function slotOf(value: number): number {
  if (value < EXACT) return value;
  const octave = Math.floor(Math.log2(value / EXACT));
  const step = Math.floor((value / (EXACT * 2 ** octave) - 1) * STEPS);
  return EXACT + Math.min(octave, OCTAVES - 1) * STEPS + step;
}

/** The middle of what falls into a slot. */
function middleOf(slot: number): number {
  if (slot < EXACT) return slot;
  const octave = Math.floor((slot - EXACT) / STEPS);
  const step = (slot - EXACT) % STEPS;
  return Math.round(EXACT * 2 ** octave * (1 + (step + 0.5) / STEPS));
}
