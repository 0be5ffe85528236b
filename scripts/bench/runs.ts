/** Many runs at once, on one worker. */
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { atEnd } from './clean-up.ts';
import type { Row } from './row.ts';
import { command } from './support/commands.ts';
import { instantMachines } from './support/instant.ts';
import { peakMemory, startWorker } from './support/processes.ts';
import { writeProject } from './support/project.ts';
import { startBenchRegion } from './support/region.ts';

const RUNS = 30;

/** Resolves when no run is under way any more. */
async function allOver(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  atEnd(() => connection.close());
  const { workflow } = new Client({ connection });
  const runs: Promise<unknown>[] = [];
  for await (const { workflowId } of workflow.list({ query: "ExecutionStatus = 'Running'" })) {
    runs.push(workflow.getHandle(workflowId).result());
  }
  await Promise.all(runs);
}

export async function bench(): Promise<Row[]> {
  const { variables, directory, temporalAddress } = await startBenchRegion({ machines: instantMachines() });
  const worker = await startWorker(variables);
  const specs = await Promise.all(
    Array.from({ length: RUNS }, (_, i) => writeProject(join(directory, `project-${i}`), `many-${i}`)),
  );
  await command(['run', await writeProject(join(directory, 'first'), 'first')], variables);
  const started = performance.now();
  await Promise.all(specs.map((spec) => command(['run', spec, '--detach'], variables)));
  await allOver(temporalAddress);
  const seconds = (performance.now() - started) / 1000;
  const shared = { command: 'npm run bench -- runs' };
  return [
    {
      ...shared,
      what: `${RUNS} runs at once, one worker: until the last has ended`,
      value: seconds,
      unit: 's',
      aim: { below: 4 },
      peer: { name: 'Airflow 3.3.2 with its Amazon provider', value: 37, source: 'measured earlier' },
    },
    {
      ...shared,
      what: `${RUNS} runs at once: most memory of the worker`,
      value: peakMemory(worker.pid),
      unit: 'MB',
      aim: { below: 400 },
    },
  ];
}
