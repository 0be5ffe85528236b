/** What SageMaker reads and writes while the S3 and the CloudWatch Logs of its region die. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, it, onTestFinished } from 'vitest';
import { ObjectStore } from '../../local/aws/s3.ts';
import { startMiniStack } from '../../local/ministack.ts';
import { holdPorts } from '../../local/ports.ts';
import { ProcessRecords } from '../../local/processes.ts';
import { Logs } from '../../local/sagemaker/logs.ts';
import { installTools } from '../../local/tools.ts';
import { SHARED_TOOLS, temporaryDirectory } from '../support/region.ts';

const region = 'us-east-1';
const MEGABYTE = 1024 * 1024;

it('objects and logs are written and read although MiniStack dies meanwhile', async () => {
  const home = await temporaryDirectory();
  const { python } = await installTools({ directory: SHARED_TOOLS, env: process.env });
  const { ports, release } = await holdPorts({ ministack: 0 });
  onTestFinished(release);
  const [records, events]: [string, string[]] = [join(home, 'processes'), []];
  const miniStack = await startMiniStack({
    python,
    port: ports.ministack,
    objects: join(home, 's3'),
    state: join(home, 'state'),
    account: '000000000000',
    provisions: { region, bucket: 'bucket', role: 'role' },
    logFile: join(home, 'log'),
    records: new ProcessRecords(records),
    onEvent: (line) => events.push(line),
  });
  onTestFinished(() => miniStack.stop());
  const kill = () => {
    for (const file of readdirSync(records)) process.kill(Number.parseInt(file, 10), 'SIGKILL');
  };
  const endpoint = `http://127.0.0.1:${ports.ministack}`;
  const s3 = new ObjectStore({ endpoint, region });
  const logs = new Logs({ endpoint, region });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new CloudWatchLogsClient({ endpoint, region, credentials });
  onTestFinished(() => {
    for (const each of [s3, logs]) each.close();
    client.destroy();
  });
  const object = { bucket: 'bucket', key: 'large' };
  const log = logs.stream('group', 'stream');
  await log.write('before');
  await log.close();

  let uploads = 0;
  const body = async function* () {
    uploads += 1;
    for (let part = 0; part < 48; part++) {
      // Parts of 5 MB, four at a time: some are up, and MiniStack forgets them.
      if (uploads === 1 && part === 40) kill();
      yield Buffer.alloc(MEGABYTE, part);
    }
  };
  await s3.put(object, () => Readable.from(body(), { objectMode: false }));
  expect(uploads).toBe(2);

  const read = await s3.open(object);
  let killed = false;
  const chunks: Buffer[] = [];
  for await (const chunk of read) {
    chunks.push(chunk);
    if (!killed) kill();
    killed = true;
  }
  const wanted = await buffer(Readable.from(body()));
  expect(Buffer.concat(chunks).equals(wanted)).toBe(true);

  await log.write('after');
  await log.close();
  const target = { logGroupName: 'group', logStreamName: 'stream', startFromHead: true };
  const { events: lines = [] } = await client.send(new GetLogEventsCommand(target));
  expect(lines.map(({ message }) => message)).toContain('after');
  expect(events.filter((line) => line === 'MiniStack is back')).toHaveLength(2);
});
