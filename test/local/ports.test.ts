import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { holdPorts } from '../../local/ports.ts';
import { ProcessRecords } from '../../local/processes.ts';
import { Service } from '../../local/service.ts';
import { temporaryDirectory } from '../support/region.ts';

test('ports that are held are given to nobody else, although nothing listens on them yet', async () => {
  const first = await holdPorts({ one: 0, two: 0 });
  const preferred = { port: first.ports.one };
  const second = await holdPorts(preferred);
  onTestFinished(second.release);
  expect(second.ports.port).toBeGreaterThan(preferred.port);

  first.release();
  const third = await holdPorts(preferred);
  onTestFinished(third.release);
  expect(third.ports).toEqual({ port: preferred.port });
  const server = createServer().listen(preferred.port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
});

test('a service whose port was taken says so, however much it says after it', async () => {
  const home = await temporaryDirectory();
  const start = Service.start({
    name: 'Panic',
    command: 'sh',
    args: ['-c', 'echo "panic: listen tcp: bind: address already in use"; yes "goroutine 1" | head -n 99; exit 2'],
    env: { PATH: process.env.PATH },
    logFile: join(home, 'log'),
    records: new ProcessRecords(join(home, 'processes')),
    ready: () => Promise.reject(new Error('no answer')),
    onEvent: () => {},
  });
  await expect(start).rejects.toMatchObject({
    code: 'EADDRINUSE',
    message: expect.stringMatching(/^Panic did not start: exit code 2/),
  });
});
