import { type Document, isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';

/** Where a path stands in the text, as offsets; `found` is false where only what holds it is there. */
export interface Span {
  readonly found: boolean;
  readonly key?: number;
  readonly value?: number;
}

/** Keys that were set and not read are no nodes. */
const nameOf = (key: unknown): string => String(isScalar(key) ? key.value : key);
const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** Follows a path of keys and indices through a document. */
export function locate(document: Document, steps: readonly PropertyKey[]): Span {
  let node: unknown = document.contents;
  let span: Span = { found: true, ...offsets(undefined, node) };
  for (const step of steps) {
    if (isAlias(node)) node = node.resolve(document);
    const pair = isMap(node) ? node.items.find(({ key }) => nameOf(key) === String(step)) : undefined;
    const next = pair ? pair.value : isSeq(node) ? node.items[Number(step)] : undefined;
    if (!pair && next === undefined) return { ...span, found: false };
    node = next;
    span = { found: true, ...offsets(pair?.key, next) };
  }
  return span;
}

function offsets(key: unknown, value: unknown): Pick<Span, 'key' | 'value'> {
  const [at, from] = [startOf(key), startOf(value)];
  return { ...(at === undefined ? {} : { key: at }), ...(from === undefined ? {} : { value: from }) };
}
