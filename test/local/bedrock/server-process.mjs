/** A Bedrock in a process of its own, from source, for tests that kill it. Its options are the argument, as JSON. */
import { createViteServer } from 'vitest/node';

const vite = await createViteServer({
  configFile: false,
  logLevel: 'error',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, ws: false, watch: null },
});
const { startBedrock } = await vite.ssrLoadModule('/local/bedrock/server.ts');
const { url } = await startBedrock(JSON.parse(process.argv[2]));
process.send({ url });
