import { PIPELINE_TASK_QUEUE } from '../../spec/naming.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { hasWorker, type Temporal, withTemporal } from '../temporal.ts';
import { missingSearchAttributes } from '../workers/search-attributes.ts';
import { type Pinned, pinned, readVersioning, unserved } from '../workers/versions.ts';
import { type Check, check, failed, passed, skipAll, skipped } from './check.ts';

/** Temporal, and what runs need in it. */
export async function checkTemporal(context: Context): Promise<Check[]> {
  try {
    return await withTemporal(context, async (temporal) => {
      const { address, namespace } = temporal.environment.temporal;
      // Asked first, as a namespace that is not there would be told three times.
      await temporal.client.workflow.count();
      const reached: Check = { check: 'temporal', ...passed(`${address}, namespace ${namespace}`) };
      return [
        reached,
        ...(await Promise.all([attributesCheck(temporal), workerCheck(temporal), versionsCheck(temporal)])),
      ];
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, fix = 'see temper explain TemporalUnreachable' } = error;
    return [
      { check: 'temporal', ...failed(message, fix) },
      ...skipAll(['search attributes', 'worker', 'versions'], 'they are asked of Temporal'),
    ];
  }
}

function attributesCheck({ client, environment }: Temporal): Promise<Check> {
  return check('search attributes', async () => {
    const missing = await missingSearchAttributes(client.connection, environment.temporal.namespace);
    return missing.length === 0
      ? passed('registered')
      : failed(`${missing.join(', ')} not registered`, 'a worker registers them when it starts: temper worker');
  });
}

function workerCheck(temporal: Temporal): Promise<Check> {
  return check('worker', async () =>
    (await hasWorker(temporal))
      ? passed(`polls task queue ${PIPELINE_TASK_QUEUE}`)
      : failed(`none polls task queue ${PIPELINE_TASK_QUEUE}`, 'start one with: temper worker'),
  );
}

/** Whether each run under way has a worker with its workflow code. */
function versionsCheck(temporal: Temporal): Promise<Check> {
  return check('versions', async () => {
    const { supported } = await readVersioning(temporal);
    if (!supported) return skipped('temporal keeps no versions of workers here');
    const runs: Pinned[] = [];
    for await (const run of pinned(temporal)) runs.push(run);
    const lacking = await unserved(temporal, runs);
    if (lacking.size === 0) return passed('each run under way has a worker of its version');
    const counts = [...lacking].map(
      (lacked) => `${runs.filter(({ version }) => version === lacked).length} of ${lacked}`,
    );
    return failed(
      `runs wait for a worker of their version: ${counts.join(', ')}`,
      'start its build with: temper worker --drain',
    );
  });
}
