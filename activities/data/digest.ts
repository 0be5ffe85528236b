let last: Promise<unknown> = Promise.resolve();

/**
 * The SHA-256 of bytes, computed beside the main thread, which has sockets to fill. One at a time: each holds a copy of
 * what it hashes, and one is faster than a network.
 */
export async function sha256Of(bytes: Buffer<ArrayBuffer>): Promise<Buffer> {
  const digest = last.then(() => crypto.subtle.digest('SHA-256', bytes));
  last = digest.catch(() => {});
  return Buffer.from(await digest);
}
