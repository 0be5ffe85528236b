/** What has changed in the data of a spec since a run was trained on it. Pure. */

/** An object of the data, as it was when a run was started. */
export interface DataObject {
  /** Its `s3://` address. */
  readonly object: string;
  /** Changes with its content. */
  readonly etag: string;
  /** As it is stored. */
  readonly bytes: number;
  /** Absent where it was not read, as nobody asked for rows. */
  readonly rows?: number;
  /** Of its stored bytes; absent where they were not read from the first to the last. */
  readonly sha256?: string;
}

/** What the data of a run consisted of. */
export interface DataManifest {
  /** RUN_VERSION of the code that wrote it. */
  readonly version: number;
  readonly objects: readonly DataObject[];
}

/** An object as it is now. */
export interface SeenObject extends DataObject {
  /** Whether what the manifest has of it is how it begins; absent where it was not read. */
  readonly beginsAsBefore?: boolean;
}

export interface ObjectChange {
  readonly object: string;
  readonly how: 'new' | 'grown' | 'rewritten' | 'gone';
  /** Of an object that has grown, what was appended; of the others, all of it. Absent where rows were not read. */
  readonly rows?: number;
  readonly bytes: number;
}

export interface DataChange {
  /** Absent where rows were not read. */
  readonly rows?: number;
  readonly bytes: number;
  /** Objects that have changed. */
  readonly objects: number;
  /** The largest changes, ten at most. */
  readonly largest: readonly ObjectChange[];
}

const LISTED = 10;

/** What was appended or is another content; nothing where the object holds what it held. */
function changeOf(seen: SeenObject, before: DataObject | undefined): ObjectChange | undefined {
  const { object, rows, bytes } = seen;
  const whole = { object, ...(rows !== undefined && { rows }), bytes };
  if (!before) return { ...whole, how: 'new' };
  if (before.etag === seen.etag && before.bytes === bytes) return undefined;
  const sameSoFar = seen.beginsAsBefore ?? bytes > before.bytes;
  if (!sameSoFar || bytes < before.bytes) return { ...whole, how: 'rewritten' };
  if (bytes === before.bytes) return undefined;
  const appended = rows !== undefined && { rows: rows - (before.rows ?? 0) };
  return { object, how: 'grown', ...appended, bytes: bytes - before.bytes };
}

/**
 * The changes since a manifest, or since there was nothing. An object that has only changed its name counts as none. Where
 * objects were not read, one that has grown counts by what it has grown.
 */
export function changesSince(before: readonly DataObject[], now: readonly SeenObject[]): DataChange {
  const former = new Map(before.map((each) => [each.object, each]));
  const present = new Set(now.map(({ object }) => object));
  const gone = before.filter(({ object }) => !present.has(object));
  const changes: ObjectChange[] = [];
  for (const seen of now) {
    const change = changeOf(seen, former.get(seen.object));
    const renamed = change?.how === 'new' ? gone.findIndex((each) => isSame(each, seen)) : -1;
    if (renamed !== -1) gone.splice(renamed, 1);
    else if (change) changes.push(change);
  }
  for (const { object, rows, bytes } of gone) {
    changes.push({ object, how: 'gone', ...(rows !== undefined && { rows }), bytes });
  }
  const counted = now.every(({ rows }) => rows !== undefined);
  return {
    ...(counted && { rows: changes.reduce((sum, change) => sum + (change.rows ?? 0), 0) }),
    bytes: changes.reduce((sum, { bytes }) => sum + bytes, 0),
    objects: changes.length,
    largest: changes.sort((one, other) => other.bytes - one.bytes).slice(0, LISTED),
  };
}

/** By its ETag where it was not read; one that was uploaded in other parts has another, and the same hash. */
const isSame = (one: DataObject, other: DataObject): boolean =>
  one.bytes === other.bytes && (one.etag === other.etag || (one.sha256 !== undefined && one.sha256 === other.sha256));
