import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Resources of one kind by name, each in a JSON file of its own. Memory is what is read; a file is replaced whole, so
 * that a crash leaves the old state or the new one. Names are case-insensitive, as at AWS, and keep their case.
 */
export class Collection<T extends object> {
  readonly #directory: string;
  readonly #records = new Map<string, T>();

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
    for (const file of readdirSync(directory)) {
      const path = join(directory, file);
      if (file.endsWith('.json'))
        this.#records.set(file.slice(0, -'.json'.length), JSON.parse(readFileSync(path, 'utf8')));
      else rmSync(path, { force: true });
    }
  }

  get(name: string): T | undefined {
    return this.#records.get(name.toLowerCase());
  }

  /** Adds or replaces the record; it is on disk when the call returns. */
  put(name: string, record: T): void {
    const key = name.toLowerCase();
    this.#records.set(key, record);
    const path = join(this.#directory, `${key}.json`);
    writeFileSync(`${path}.new`, JSON.stringify(record));
    renameSync(`${path}.new`, path);
  }

  delete(name: string): void {
    const key = name.toLowerCase();
    this.#records.delete(key);
    rmSync(join(this.#directory, `${key}.json`), { force: true });
  }

  values(): T[] {
    return [...this.#records.values()];
  }
}
