/** Cuts the bytes of an input object into the payloads that a transform job sends. */
export interface Splitting {
  /** Whether a payload is one record or as many as fit. */
  readonly strategy: 'SingleRecord' | 'MultiRecord';
  readonly splitType: 'None' | 'Line';
  readonly maxBytes: number;
}

const NEWLINE = 10;

/** Rejects where a record is larger than a payload may be. */
export async function* payloads(
  input: AsyncIterable<Buffer>,
  { strategy, splitType, maxBytes }: Splitting,
): AsyncGenerator<Buffer> {
  let batch: Buffer[] = [];
  let size = 0;
  const take = () => {
    const payload = Buffer.concat(batch);
    [batch, size] = [[], 0];
    return payload;
  };
  for await (const record of splitType === 'Line' ? lines(input, maxBytes) : input) {
    const full = splitType === 'Line' && (strategy === 'SingleRecord' || size + record.length > maxBytes);
    if (full && size > 0) yield take();
    batch.push(record);
    size += record.length;
    if (size > maxBytes) throw new RangeError(`a record is larger than MaxPayloadInMB, ${maxBytes / 1024 / 1024} MB`);
  }
  if (size > 0) yield take();
}

/** Each line with its newline; blank lines are no records. */
async function* lines(input: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = Buffer.concat([...rest, chunk.subarray(start, end + 1)]);
      [rest, size] = [[], 0];
      start = end + 1;
      if (line.toString('latin1').trim() !== '') yield line;
    }
    rest.push(chunk.subarray(start));
    size += chunk.length - start;
    if (size > maxBytes) throw new RangeError(`a record is larger than MaxPayloadInMB, ${maxBytes / 1024 / 1024} MB`);
  }
  const last = Buffer.concat(rest);
  if (last.toString('latin1').trim() !== '') yield last;
}
