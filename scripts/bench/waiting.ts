/** Many runs that wait for long jobs, on one worker: what they cost while nothing happens. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { parseWorkflowId, type RunRef } from '../../spec/naming.ts';
import { atEnd } from './clean-up.ts';
import type { Row } from './row.ts';
import { command } from './support/commands.ts';
import { countCalls } from './support/counting.ts';
import { instantMachines } from './support/instant.ts';
import { startLike } from './support/many-runs.ts';
import { peakMemory, processorSeconds, startWorker } from './support/processes.ts';
import { writeProject } from './support/project.ts';
import { startBenchRegion } from './support/region.ts';

const RUNS = 1000;
const HOUR = 3600;
/** Long enough for each run to have been looked at. */
const WATCHED_SECONDS = 75;
const EVERY_SECONDS = 5;

/** The run that `temper ls` names first. */
async function newestRun(address: string): Promise<RunRef> {
  const connection = await Connection.connect({ address });
  atEnd(() => connection.close());
  for await (const { workflowId } of new Client({ connection }).workflow.list()) {
    const run = parseWorkflowId(workflowId);
    if (run) return run;
  }
  throw new Error('there is no run');
}

export async function bench(): Promise<Row[]> {
  const machines = instantMachines({ trainingSeconds: HOUR });
  const region = await startBenchRegion({ machines });
  const sagemaker = await countCalls(region.sagemakerUrl);
  const looks = (): number => sagemaker.calls.get('DescribeTrainingJob') ?? 0;
  const worker = await startWorker({ ...region.variables, AWS_ENDPOINT_URL_SAGEMAKER: sagemaker.url });
  const spec = await writeProject(join(region.directory, 'project'), 'waiting');
  await command(['run', spec, '--detach'], region.variables);
  const model = await newestRun(region.temporalAddress);
  const started = performance.now();
  await startLike(region, model, RUNS - 1);
  while (machines.jobs.length < RUNS) await sleep(100);
  const startedAfter = (performance.now() - started) / 1000;

  const [looksBefore, processorBefore, since] = [looks(), processorSeconds(worker.pid), performance.now()];
  let fastest = 0;
  for (let second = 0; second < WATCHED_SECONDS; second += EVERY_SECONDS) {
    const before = looks();
    await sleep(EVERY_SECONDS * 1000);
    fastest = Math.max(fastest, (looks() - before) / EVERY_SECONDS);
  }
  const seconds = (performance.now() - since) / 1000;
  const shared = { command: 'npm run bench -- waiting' };
  const many = `${RUNS.toLocaleString('en-US')} runs waiting, one worker`;
  return [
    { ...shared, what: `${many}: until all were started`, value: startedAfter, unit: 's' },
    { ...shared, what: `${many}: most memory`, value: peakMemory(worker.pid), unit: 'MB', aim: { below: 600 } },
    {
      ...shared,
      what: `${many}: looks at jobs`,
      value: (looks() - looksBefore) / seconds,
      unit: 'calls/s',
      aim: { below: 20 },
    },
    { ...shared, what: `${many}: looks at jobs, busiest ${EVERY_SECONDS} s`, value: fastest, unit: 'calls/s' },
    {
      ...shared,
      what: `${many}: processor`,
      value: (100 * (processorSeconds(worker.pid) - processorBefore)) / seconds,
      unit: '% of a core',
    },
  ];
}
