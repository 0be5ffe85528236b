/** JSON allows a key to stand twice in an object; readers then take the first or the last, and a value is lost. */

/** How many keys a parsed value has, in all its objects. */
function keysIn(value: unknown): number {
  let count = 0;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) {
      if (typeof value[i] === 'object') count += keysIn(value[i]);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const key in value) {
      count += 1;
      const inner: unknown = (value as Record<string, unknown>)[key];
      if (typeof inner === 'object') count += keysIn(inner);
    }
  }
  return count;
}

/** In valid JSON, all that could begin or end an object, and the strings, which could hold the same signs. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/** The first key that stands twice in an object of valid JSON. */
function findDuplicate(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let text = '';
  for (const [token] of json.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const key = JSON.parse(text) as string;
      if (open.at(-1)?.has(key)) return key;
      open.at(-1)?.add(key);
    } else text = token;
  }
  return undefined;
}

/**
 * The first key that stands twice in an object.
 *
 * @param value what the JSON was parsed into
 */
export function duplicateKey(json: string, value: unknown): string | undefined {
  // Looking at each sign of each row would take longer than parsing it. A string that is followed by a colon is a key,
  // and there are as many as were parsed, unless one stands twice or is written with space before its colon.
  let written = 0;
  for (let at = json.indexOf('":'); at !== -1; at = json.indexOf('":', at + 2)) written += 1;
  return written === keysIn(value) ? undefined : findDuplicate(json);
}
