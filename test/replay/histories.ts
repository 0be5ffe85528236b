import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';

export const HISTORIES = fileURLToPath(new URL('histories/', import.meta.url));

/** The recorded histories of a directory by scenario. Throws when there are none: a gate without histories is open. */
export async function loadHistories(directory = HISTORIES): Promise<Map<string, History>> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.json'));
  if (files.length === 0) throw new Error(`no recorded histories in ${directory}; npm run record makes them`);
  const histories = new Map<string, History>();
  for (const file of files.sort()) {
    histories.set(
      file.replace(/\.json$/, ''),
      historyFromJSON(JSON.parse(await readFile(`${directory}/${file}`, 'utf8'))),
    );
  }
  return histories;
}
