/** What a bench leaves behind without this: removed after it, and when it is interrupted. */
const pending: (() => Promise<unknown>)[] = [];

/** Registers what is to be done once the bench is over, the last one first. */
export function atEnd(remove: () => Promise<unknown>): void {
  pending.push(remove);
}

export async function cleanUp(): Promise<void> {
  for (let remove = pending.pop(); remove; remove = pending.pop()) await remove();
}
