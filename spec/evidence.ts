import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { RunRecord } from './record.ts';

/**
 * Stands for what a decision is made on: the data, the model, the scores and the verdicts of the gate. 64 bits of a SHA-256
 * in hexadecimal, short enough to be typed: it tells what has changed, and is no protection against somebody who forges it.
 */
export function evidenceOf({ data, model, evaluations, gate }: RunRecord): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify([data?.sha256, model, evaluations, gate])))).slice(0, 16);
}
