/** Work of activities that stands still until the test lets it go on. */

const open = new Set<() => void>();

export interface Held {
  /** For the activity to wait for. */
  readonly released: Promise<void>;
  readonly release: () => void;
}

export function held(): Held {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  open.add(release);
  return { released, release };
}

/** For whoever ends the workers of a test: they wait for what is held, and a test that has failed would be told as one that hangs. */
export function releaseHeld(): void {
  for (const release of open) release();
  open.clear();
}
