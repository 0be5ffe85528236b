/** What Temper adds to the time of the jobs: `temper run` from its start to its exit, with all five steps. */
import { join } from 'node:path';
import type { Row } from './row.ts';
import { instantMachines, secondsInJobs } from './support/instant.ts';
import { startWorker, temper } from './support/processes.ts';
import { writeProject } from './support/project.ts';
import { startBenchRegion } from './support/region.ts';
import { median } from './support/statistics.ts';

const REPEATS = 7;
const NAME = 'overhead';

export async function bench(): Promise<Row[]> {
  const machines = instantMachines();
  const { variables, directory } = await startBenchRegion({ machines });
  const worker = await startWorker(variables);
  // Each run after the first starts from the model of the one before, and evaluates it beside its own.
  await temper(['run', await writeProject(join(directory, 'first'), NAME)], variables);
  const spec = await writeProject(join(directory, 'next'), NAME, { base: `run:${NAME}` });
  const overheads: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const before = machines.jobs.length;
    const milliseconds = await temper(['run', spec], variables);
    overheads.push(milliseconds / 1000 - secondsInJobs(machines.jobs.slice(before)));
  }
  return [
    {
      what: 'a run of five steps: wall time less time in jobs',
      value: median(overheads),
      unit: 's',
      aim: { below: 0.8 },
      peer: { name: 'Airflow 3.3.2 with its Amazon provider', value: 8, source: 'measured earlier' },
      command: 'npm run bench -- run',
    },
    {
      what: 'temper worker: from its start until it is ready',
      value: worker.readyAfter / 1000,
      unit: 's',
      aim: { below: 1.5 },
      command: 'npm run bench -- run',
    },
  ];
}
