/** How an asker's place is left. */
export type Outcome = 'done' | 'throttled' | 'failed';

export interface Place {
  leave(outcome: Outcome): void;
}

interface Waiter {
  readonly order: number;
  readonly admit: (place: Place) => void;
  readonly refuse: (reason: unknown) => void;
}

/**
 * How many questions are under way at once: as many as AWS takes, and `most` at most. Each success lets in a little more,
 * a throttled one halves the number: additive increase, multiplicative decrease, as TCP finds the rate of a line.
 */
export class Limiter {
  readonly #most: number;
  readonly #signal: AbortSignal;
  #limit: number;
  #running = 0;
  /** Counts halvings: of questions that were under way at one, the others that are throttled say nothing new. */
  #era = 0;
  #waiting: Waiter[] = [];

  /** @param signal refuses all who wait, from when it is aborted */
  constructor(most: number, signal: AbortSignal) {
    this.#most = most;
    this.#limit = most;
    this.#signal = signal;
    signal.addEventListener('abort', () => {
      for (const { refuse } of this.#waiting) refuse(signal.reason);
      this.#waiting = [];
    });
  }

  /** So many at once, as of now. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Waits for a place; of those who wait, the least `order` comes first. */
  async enter(order: number): Promise<Place> {
    this.#signal.throwIfAborted();
    return new Promise((admit, refuse) => {
      const before = this.#waiting.findLastIndex((waiter) => waiter.order <= order);
      this.#waiting.splice(before + 1, 0, { order, admit, refuse });
      this.#admit();
    });
  }

  #admit(): void {
    while (this.#running < this.limit) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#running += 1;
      next.admit(this.#place());
    }
  }

  #place(): Place {
    const era = this.#era;
    return {
      leave: (outcome) => {
        this.#running -= 1;
        if (outcome === 'done') this.#limit = Math.min(this.#most, this.#limit + 1 / this.#limit);
        if (outcome === 'throttled' && era === this.#era) {
          this.#limit = Math.max(1, this.#limit / 2);
          this.#era += 1;
        }
        this.#admit();
      },
    };
  }
}
