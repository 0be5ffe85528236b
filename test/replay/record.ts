import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { expect, it } from 'vitest';
import { HISTORIES } from './histories.ts';
import { SCENARIOS } from './scenarios.ts';

// A history stands for runs in flight: recording over one hides that a change breaks them. TEMPER_RECORD=force is for a change
// that is known to break none, such as another field in a fake activity's result.
const force = process.env.TEMPER_RECORD === 'force';

/** Stack traces and worker identities name the machine that recorded. */
function withoutMachine(json: string): string {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  return json.replaceAll(root, '').replaceAll(/"identity": "[^"]*"/g, '"identity": "recorder"');
}

it.each(Object.entries(SCENARIOS))('records %s', async (name, scenario) => {
  const file = `${HISTORIES}/${name}.json`;
  if (existsSync(file) && !force) return;
  const history = await scenario();
  expect(history.events?.length).toBeGreaterThan(5);
  await mkdir(HISTORIES, { recursive: true });
  await writeFile(file, `${withoutMachine(historyToJSON(history))}\n`);
});
