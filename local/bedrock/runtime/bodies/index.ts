import { validationError } from '../../../aws/protocol.ts';
import type { Body } from './body.ts';
import { claude } from './claude.ts';
import { cohere } from './cohere.ts';
import { imported } from './imported.ts';
import { llama } from './llama.ts';
import { nova } from './nova.ts';
import { titan } from './titan.ts';

const FAMILIES: readonly (readonly [RegExp, Body])[] = [
  [/^amazon\.nova-(?!canvas|reel|sonic)/, nova],
  [/^amazon\.titan-text/, titan],
  [/^meta\./, llama],
  [/^anthropic\./, claude],
  [/^cohere\.command-/, cohere],
  [/^imported\./, imported],
];

/** The bodies that a base model takes and gives. Throws a ValidationException for one that makes no text. */
export function bodyOf(base: string): Body {
  const body = FAMILIES.find(([id]) => id.test(base))?.[1];
  if (!body) throw validationError(`The models of the laptop region make text only: ${base} makes none`);
  return body;
}
