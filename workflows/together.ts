import { CancellationScope } from '@temporalio/workflow';

/** Does all of it at the same time. When one part fails the others are cancelled, and have ended before this rejects. */
export async function together<T extends readonly unknown[]>(parts: { readonly [I in keyof T]: () => Promise<T[I]> }) {
  return CancellationScope.cancellable(async () => {
    const results = parts.map((part) => part());
    try {
      return (await Promise.all(results)) as unknown as T;
    } catch (error) {
      CancellationScope.current().cancel();
      await Promise.allSettled(results);
      throw error;
    }
  });
}
