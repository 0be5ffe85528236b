/** A Temporal of the test's own, as the laptop region's, with settings that no other test may see. */
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { onTestFinished } from 'vitest';
import { installTools } from '../../local/tools.ts';
import { SHARED_TOOLS } from './region.ts';

/** @param settings of its dynamic config: `{'system.enableDeploymentVersions': false}` */
export async function ownTemporal(settings: Readonly<Record<string, unknown>>): Promise<TestWorkflowEnvironment> {
  const { temporal: path } = await installTools({ directory: SHARED_TOOLS, env: process.env });
  const values = Object.entries(settings).flatMap(([key, value]) => [
    '--dynamic-config-value',
    `${key}=${JSON.stringify(value)}`,
  ]);
  const temporal = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      log: { format: 'pretty', level: 'error' },
      extraArgs: values,
    },
  });
  onTestFinished(() => temporal.teardown());
  return temporal;
}
