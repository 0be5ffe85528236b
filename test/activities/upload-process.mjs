/** Prepares a run's inputs in a process of its own, from source, for tests that kill it. Its input is the argument, as JSON. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { createViteServer } from 'vitest/node';

const vite = await createViteServer({
  configFile: false,
  logLevel: 'error',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, ws: false, watch: null },
});
const { createDataActivities } = await vite.ssrLoadModule('/activities/data/activities.ts');
const { createAwsProvider } = await vite.ssrLoadModule('/activities/aws.ts');
const { prepareInputs } = createDataActivities({ aws: createAwsProvider() });
await new MockActivityEnvironment().run(prepareInputs, JSON.parse(process.argv[2]));
