import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { childEnv } from '../child-env.ts';
import type { Containers } from './containers.ts';
import { walk } from './files.ts';
import { eachLine, Tail } from './lines.ts';

export interface VenvsOptions {
  readonly directory: string;
  readonly python: string;
  /** Of `python`, such as `3.12.4`. */
  readonly pythonVersion: string;
  readonly uv: string;
}

type OnLine = (line: string) => void | Promise<void>;

const COMPLETE = '.complete';
/** Lines of a requirements file that may name other files: more is found than does, which only costs a rebuild. */
const NAMES_FILES = /^\s*(-[rcf]|--requirement|--constraint|--find-links|\.)|\/|\.(whl|zip|tar\.gz)/m;
/** Lines that name what an environment cannot keep: packages that stay where they are, and places outside. */
const NOT_KEPT = /^\s*(-e|--editable)\b.*|^(.*[ \t=@])?(\/|\.\.(\/|\s|$)|file:).*/m;

/** The packages could not be installed. The message says why, in uv's words where it tried. */
export class VenvError extends Error {
  override readonly name = 'VenvError';
}

/** Virtual environments that stand for an image with a script's requirements; equal ones are made once. */
export class Venvs {
  readonly #options: VenvsOptions;
  readonly #containers: Containers;
  readonly #building = new Map<string, Promise<string>>();

  constructor(options: VenvsOptions, containers: Containers) {
    this.#options = options;
    this.#containers = containers;
  }

  /**
   * The interpreter of an environment with these packages and those of `source`'s requirements.txt, if it has one.
   * Rejects with a {@link VenvError}.
   */
  async python(packages: readonly string[], source: string, onLine: OnLine): Promise<string> {
    const requirements = join(source, 'requirements.txt');
    const text = existsSync(requirements) ? await readFile(requirements, 'utf8') : '';
    const lines = text.replaceAll(/(^|\s)#.*/gm, '');
    const [unfit] = NOT_KEPT.exec(lines) ?? [];
    if (unfit)
      throw new VenvError(
        `requirements.txt has ${JSON.stringify(unfit.trim())}; environments are kept from job to job on a laptop: name a package, or a path in the source such as ./package`,
      );
    const files = NAMES_FILES.test(lines) ? await hashOfFiles(source) : '';
    const parts = [this.#options.python, this.#options.pythonVersion, ...packages, text, files];
    const venv = join(
      this.#options.directory,
      createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 20),
    );
    const python = join(venv, 'bin', 'python');
    if (existsSync(join(venv, COMPLETE))) return python;
    const building = this.#building.get(venv) ?? this.#build(venv, packages, text ? source : undefined, onLine);
    this.#building.set(venv, building);
    await building.finally(() => this.#building.delete(venv));
    return python;
  }

  async #build(venv: string, packages: readonly string[], source: string | undefined, onLine: OnLine): Promise<string> {
    // What is there without its mark is what a crash left.
    await rm(venv, { recursive: true, force: true });
    await mkdir(this.#options.directory, { recursive: true });
    await this.#uv(['venv', '--no-project', '--python', this.#options.python, venv], this.#options.directory, onLine);
    const wanted = [...packages, ...(source ? ['--requirement', 'requirements.txt'] : [])];
    if (wanted.length > 0) {
      const install = ['pip', 'install', '--python', join(venv, 'bin', 'python'), ...wanted];
      await this.#uv(install, source ?? this.#options.directory, onLine);
    }
    await writeFile(join(venv, COMPLETE), '');
    return venv;
  }

  async #uv(args: readonly string[], cwd: string, onLine: OnLine): Promise<void> {
    const uv = this.#containers.start({ command: this.#options.uv, args, cwd, env: childEnv({ NO_COLOR: '1' }) });
    const tail = new Tail();
    const take = (line: string) => {
      tail.add(line);
      return onLine(line);
    };
    const [exit] = await Promise.all([uv.exited, eachLine(uv.stdout, take), eachLine(uv.stderr, take)]);
    if (exit.code !== 0) throw new VenvError(`uv ${args.slice(0, 2).join(' ')} failed: ${exit.error ?? tail.end(600)}`);
  }
}

async function hashOfFiles(directory: string): Promise<string> {
  const hash = createHash('sha256');
  for (const { name, path, entry } of await walk(directory)) {
    if (entry.isFile())
      hash
        .update(`${name}\0`)
        .update(await readFile(path))
        .update('\0');
  }
  return hash.digest('hex');
}
