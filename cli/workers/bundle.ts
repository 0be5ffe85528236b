/** The workflow code that a worker runs, and the version that it makes the worker one of. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';

export interface VersionedBundle {
  readonly workflowBundle: WorkflowBundleOption;
  /** The same wherever the same workflow code was built, and another where it differs: `3f9ac21b04d7`. */
  readonly buildId: string;
}

const BUILD_ID_LENGTH = 12;

let loaded: Promise<VersionedBundle> | undefined;

/** The bundle that the build made, or from the sources, where there is none, one that is made once for this process. */
export function loadBundle(): Promise<VersionedBundle> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<VersionedBundle> {
  const codePath = fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url));
  if (existsSync(codePath)) {
    return { workflowBundle: { codePath }, buildId: buildIdOf(await readFile(codePath, 'utf8')) };
  }
  const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  return { workflowBundle, buildId: buildIdOf(workflowBundle.code) };
}

/** Without the source map, which names the directories of the machine that built it. */
function buildIdOf(code: string): string {
  const end = code.lastIndexOf('\n//# sourceMappingURL=');
  return createHash('sha256')
    .update(end === -1 ? code : code.slice(0, end))
    .digest('hex')
    .slice(0, BUILD_ID_LENGTH);
}
