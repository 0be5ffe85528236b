import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel, joinS3, type ObjectStore, parseS3Uri } from '../../aws/s3.ts';
import { walk } from '../files.ts';

const SYNC_MS = 2_000;
const CONCURRENCY = 4;

/** Keeps an S3 prefix as the checkpoint directory is: new and changed files go up while the job runs, deletions too. */
export class CheckpointSync {
  readonly #s3: ObjectStore;
  readonly #directory: string;
  readonly #uri: string;
  #stored = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #syncing: Promise<void> = Promise.resolve();

  constructor(s3: ObjectStore, directory: string, uri: string) {
    this.#s3 = s3;
    this.#directory = directory;
    this.#uri = uri;
  }

  /** Brings the checkpoints that are there already. */
  async restore(signal: AbortSignal): Promise<void> {
    const prefix = this.#uri.replace(/\/*$/, '/');
    await this.#s3.download(prefix, this.#directory, signal);
    this.#stored = await this.#scan();
  }

  /** Starts to watch the directory. */
  watch(): void {
    this.#timer = setInterval(() => {
      // What fails now goes up with the next round; the last one is the one that must not fail.
      this.#syncing = this.#syncing.then(() => this.#sync()).catch(() => {});
    }, SYNC_MS);
  }

  /** Uploads what is left and stops watching. */
  async finish(): Promise<void> {
    this.stop();
    await this.#syncing;
    await this.#sync();
  }

  /** Stops watching. */
  stop(): void {
    clearInterval(this.#timer);
  }

  async #sync(): Promise<void> {
    const files = await this.#scan();
    const changed = [...files].filter(([name, version]) => this.#stored.get(name) !== version);
    await inParallel(changed, CONCURRENCY, async ([name, version]) => {
      await this.#s3.putFile(this.#object(name), join(this.#directory, name));
      this.#stored.set(name, version);
    });
    const gone = [...this.#stored.keys()].filter((name) => !files.has(name));
    await inParallel(gone, CONCURRENCY, async (name) => {
      await this.#s3.delete(this.#object(name));
      this.#stored.delete(name);
    });
  }

  #object(name: string) {
    return parseS3Uri(joinS3(this.#uri, name));
  }

  /** Every file with its size and time. */
  async #scan(): Promise<Map<string, string>> {
    const files = new Map<string, string>();
    for (const { name, path, entry } of await walk(this.#directory)) {
      if (!entry.isFile()) continue;
      // A checkpoint may be replaced while it is looked at.
      const stat = await lstat(path).catch(() => undefined);
      if (stat) files.set(name, `${stat.size} ${stat.mtimeMs}`);
    }
    return files;
  }
}
