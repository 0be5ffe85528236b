import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The path of something that is installed with temper, such as package.json. Throws where it is missing. */
export function installed(path: string): string {
  // One level up from the source, two from dist/cli.
  for (const root of ['../', '../../']) {
    if (existsSync(new URL(`${root}package.json`, import.meta.url))) {
      return fileURLToPath(new URL(`${root}${path}`, import.meta.url));
    }
  }
  throw new Error('package.json is missing from the installation');
}
