/** Uploads a file as the data stage does, in a process of its own, and tells how long it took and what memory it needed. */
import { open } from 'node:fs/promises';
import { createAwsClients } from '../../../activities/aws.ts';
import { uploadAll } from '../../../activities/data/upload.ts';

const [path = '', uri = ''] = process.argv.slice(2);
const file = await open(path);
const { size } = await file.stat();
const { s3 } = createAwsClients('us-east-1');
const content = {
  sha256: `of ${uri}`,
  bytes: size,
  type: 'application/octet-stream',
  read: async (into: Buffer, position: number) => {
    await file.read(into, 0, into.length, position);
  },
};
const started = performance.now();
await uploadAll(s3, [{ uri, content }], { signal: new AbortController().signal });
const seconds = (performance.now() - started) / 1000;
await file.close();
s3.destroy();
process.stdout.write(JSON.stringify({ seconds, megabytes: (process.resourceUsage().maxRSS * 1024) / 1e6 }));
