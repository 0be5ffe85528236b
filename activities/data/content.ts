import { createHash } from 'node:crypto';

/** What an object is to hold, wherever its bytes are until they are sent. */
export interface Content {
  /** Of all bytes, in hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
  /** Its media type. */
  readonly type: string;
  /** Fills the buffer with the bytes from a position on. Any range may be asked for, and several at once. */
  readonly read: (into: Buffer, position: number) => Promise<void>;
}

export function inMemory(bytes: Buffer, type: string): Content {
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    type,
    read: async (into, position) => {
      bytes.copy(into, 0, position, position + into.length);
    },
  };
}
