/**
 * Works on items at the same time and gives the results in the items' order. At most `window` items are under way or done
 * and not given: a slow one holds the others up before they fill the memory. When one fails the others are aborted, and
 * have ended before this throws.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  window: number,
  work: (item: T) => Promise<R>,
  abort: (reason: unknown) => void,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // Whoever is first to fail is told; the failures of the others are its consequence.
      result.catch(() => {});
      underWay.push(result);
      while (underWay.length >= window) yield await (underWay.shift() as Promise<R>);
    }
    for (let next = underWay.shift(); next; next = underWay.shift()) yield await next;
  } catch (error) {
    abort(error);
    throw error;
  } finally {
    await Promise.allSettled(underWay);
  }
}
