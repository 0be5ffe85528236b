import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { underWay } from '../workflows/fake-activities.ts';
import { cli, startCli, until } from './support/cli.ts';
import { ownNamespace, project, SPEC, startPipeline, trainedBy } from './support/pipeline.ts';

/** A way to Temporal that can be cut and mended. */
class Wire {
  readonly #target: { host: string; port: number };
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  constructor(address: string) {
    const [host = '', port] = address.split(':');
    this.#target = { host, port: Number(port) };
    onTestFinished(() => this.cut());
  }

  async mend(): Promise<string> {
    this.#server = createServer((socket) => {
      const onward = connect(this.#target);
      for (const end of [socket, onward]) {
        this.#sockets.add(end);
        end.on('error', () => end.destroy());
      }
      socket.pipe(onward).pipe(socket);
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return `127.0.0.1:${this.#port}`;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    this.#server?.close();
  }
}

it('goes on following when Temporal goes away and comes back', async () => {
  const env = await ownNamespace();
  let finish = false;
  await startPipeline(env, {
    awaitTraining: async ({ jobName }) => {
      if (!finish) throw underWay(200);
      return trainedBy(jobName);
    },
  });
  const started = await cli(['run', 'temper.yaml', '--detach', '--json'], { env, cwd: await project(SPEC) });
  const { run } = JSON.parse(started.stdout) as { run: string };

  const wire = new Wire(env.TEMPORAL_ADDRESS ?? '');
  const watching = startCli(['watch', run], { env: { ...env, TEMPORAL_ADDRESS: await wire.mend() } });
  await until(() => watching.stdout().includes('✔ data'));
  wire.cut();
  await until(() => watching.stderr().includes('Temporal does not answer: trying again'));
  finish = true;
  await wire.mend();
  const { exitCode, stdout, stderr } = await watching.done;
  expect(stderr).toContain('going on');
  expect(stdout).toContain('✔ deploy');
  expect(exitCode).toBe(0);
});

it('says that there is no such namespace', async () => {
  const env = { ...(await ownNamespace()), TEMPORAL_NAMESPACE: 'nowhere' };
  const { exitCode, stdout } = await cli(['ls', '--json'], { env });
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'NamespaceNotFound' } });
  expect(exitCode).toBe(1);
});
