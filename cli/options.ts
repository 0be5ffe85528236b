/** For options that may be repeated: all of their values, in the order in which they were given. */
export function repeated(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}
