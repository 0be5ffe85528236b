/** What an update gives a schedule anew. */
import type { RetrainInput } from '../../workflows/messages.ts';

export interface Change {
  /** `spec.retrain.every`, `code`; lists count as one value. */
  readonly path: string;
  /** Absent where there was none. */
  readonly before?: unknown;
  /** Absent where there is none any more. */
  readonly after?: unknown;
}

/** In the order of the spec. */
export function changesOf(before: RetrainInput, after: RetrainInput): Change[] {
  const [old, now] = [flat(facts(before)), flat(facts(after))];
  return [...new Set([...now.keys(), ...old.keys()])].flatMap((path): Change[] => {
    const [was, is] = [old.get(path), now.get(path)];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    return [{ path, ...(was !== undefined && { before: was }), ...(is !== undefined && { after: is }) }];
  });
}

const facts = ({ spec, account, source, prices }: RetrainInput) => ({ ...spec, code: source?.sha256, account, prices });

function flat(value: unknown, path = '', found = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    if (value !== undefined) found.set(path, value);
    return found;
  }
  for (const [key, inner] of Object.entries(value)) flat(inner, path === '' ? key : `${path}.${key}`, found);
  return found;
}
