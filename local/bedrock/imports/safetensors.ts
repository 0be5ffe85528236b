import type { Readable } from 'node:stream';
import { isObject } from '../../aws/model.ts';

const LENGTH_BYTES = 8;
/** Of the format's own definition, https://github.com/huggingface/safetensors. */
const MOST_HEADER_BYTES = 100_000_000;

/** Names of the tensors of a safetensors file, of which the header is read; `undefined` where it is none. */
export async function tensorsIn(file: Readable): Promise<string[] | undefined> {
  let read = Buffer.alloc(0);
  let end = LENGTH_BYTES;
  for await (const chunk of file) {
    read = Buffer.concat([read, chunk as Buffer]);
    if (end === LENGTH_BYTES && read.length >= LENGTH_BYTES) {
      const length = Number(read.readBigUInt64LE());
      if (length > MOST_HEADER_BYTES) return undefined;
      end += length;
    }
    if (read.length >= end && end > LENGTH_BYTES) break;
  }
  if (end === LENGTH_BYTES || read.length < end) return undefined;
  try {
    const header: unknown = JSON.parse(read.toString('utf8', LENGTH_BYTES, end));
    return isObject(header) ? Object.keys(header).filter((name) => name !== '__metadata__') : undefined;
  } catch {
    return undefined;
  }
}
