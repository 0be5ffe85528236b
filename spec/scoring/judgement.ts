/** What the verdicts of a judge come to, and how far they can be relied on. */
import type { Choice } from '../judge.ts';

/** A mean, and the standard deviation of the rows around it; 0 of one row. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** Answers of the candidate beside those of the base, each pair shown in both orders. */
export interface Pairs {
  /** Rows where this contender was better, as good, or worse, over both orders. */
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /** Share of wins, ties counted half, each order by itself; and the deviation of the rows around it. */
  readonly winRate: Spread;
  /** Share of rows where the judge changed its mind with the order: it chose a place and not an answer. */
  readonly disagreement: number;
}

/** Adds up values between 0 and 1, none of which is kept. */
export class SpreadOf {
  #count = 0;
  #sum = 0;
  #squares = 0;

  add(value: number): void {
    this.#count += 1;
    this.#sum += value;
    this.#squares += value * value;
  }

  /** `undefined` where nothing was added. */
  get spread(): Spread | undefined {
    const [count, sum] = [this.#count, this.#sum];
    if (count === 0) return undefined;
    const variance = count === 1 ? 0 : (this.#squares - (sum * sum) / count) / (count - 1);
    return { mean: sum / count, deviation: Math.sqrt(Math.max(0, variance)) };
  }
}

/** What a choice is worth to the contender that was shown in a place. */
const worth = (choice: Choice, place: 'A' | 'B'): number => (choice === 'tie' ? 0.5 : Number(choice === place));

/** Adds up pairs as the candidate sees them. */
export class PairsOf {
  readonly #rate = new SpreadOf();
  #wins = 0;
  #ties = 0;
  #losses = 0;
  #changed = 0;

  /** @param first the choice where the candidate was A, @param second where it was B */
  add(first: Choice, second: Choice): void {
    const [asA, asB] = [worth(first, 'A'), worth(second, 'B')];
    const mean = (asA + asB) / 2;
    this.#rate.add(mean);
    if (mean > 0.5) this.#wins += 1;
    else if (mean < 0.5) this.#losses += 1;
    else this.#ties += 1;
    if (Math.abs(asA - asB) === 1) this.#changed += 1;
  }

  /** `undefined` where there were none. */
  get pairs(): Pairs | undefined {
    const winRate = this.#rate.spread;
    if (!winRate) return undefined;
    const [wins, ties, losses] = [this.#wins, this.#ties, this.#losses];
    return { wins, ties, losses, winRate, disagreement: this.#changed / (wins + ties + losses) };
  }
}

/** The same pairs as the other contender sees them. */
export function mirrored({ wins, ties, losses, winRate, disagreement }: Pairs): Pairs {
  return {
    wins: losses,
    ties,
    losses: wins,
    winRate: { mean: 1 - winRate.mean, deviation: winRate.deviation },
    disagreement,
  };
}
