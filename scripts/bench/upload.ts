/** How fast a large file goes to S3, beside boto3. */
import { execFile, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { builtFile } from '../../local/index.ts';
import { atEnd } from './clean-up.ts';
import type { Row } from './row.ts';
import { pythonWith } from './support/python.ts';
import { type BenchRegion, startBenchRegion } from './support/region.ts';
import { median } from './support/statistics.ts';

const BYTES = 2_000_000_000;
const REPEATS = 3;
const BOTO3 = 'boto3==1.43.106';
const command = 'npm run bench -- upload';

const run = promisify(execFile);

interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
}

/** Bytes that nothing can make smaller, and no two parts of which are the same. */
async function writeLargeFile(path: string): Promise<void> {
  const file = await open(path, 'w');
  const block = randomBytes(16_000_000);
  for (let written = 0; written < BYTES; written += block.length) {
    block.writeDoubleLE(written);
    await file.write(block);
  }
  await file.close();
}

async function startSink(): Promise<string> {
  const sink = fork(builtFile('scripts/bench/support/s3-sink.js'));
  atEnd(async () => sink.kill());
  const [url] = (await once(sink, 'message')) as [string];
  return url;
}

/** The median of several uploads by each, taking turns. */
async function compare(region: BenchRegion, url: string, file: string, repeats: number) {
  const env = { ...region.variables, AWS_ENDPOINT_URL_S3: url };
  const bucket = region.variables.TEMPER_BUCKET ?? '';
  const python = await pythonWith(BOTO3);
  const [ours, theirs] = [
    builtFile('scripts/bench/support/upload-client.js'),
    'scripts/bench/support/upload_client.py',
  ];
  const once = async (program: string, args: string[]): Promise<Measured> =>
    JSON.parse((await run(program, args, { env })).stdout) as Measured;
  const temper: Measured[] = [];
  const boto3: Measured[] = [];
  for (let i = 0; i < repeats; i += 1) {
    temper.push(await once(process.execPath, [ours, file, `s3://${bucket}/temper-${i}`]));
    boto3.push(await once(python, [builtFile(theirs), file, bucket, `boto3-${i}`]));
  }
  const of = (key: keyof Measured) => ({
    temper: median(temper.map((each) => each[key])),
    boto3: median(boto3.map((each) => each[key])),
  });
  return { seconds: of('seconds'), megabytes: of('megabytes') };
}

export async function bench(): Promise<Row[]> {
  const region = await startBenchRegion();
  const file = join(region.directory, 'large.bin');
  await writeLargeFile(file);
  const client = await compare(region, await startSink(), file, REPEATS);
  const whole = await compare(region, region.awsUrl, file, 1);
  const rate = (seconds: number): number => BYTES / 1e6 / seconds;
  return [
    {
      what: 'upload of 2 GB, to a server that only reads',
      value: rate(client.seconds.temper),
      unit: 'MB/s',
      aim: { above: 0.9 * rate(client.seconds.boto3) },
      peer: { name: 'boto3 upload_file', value: rate(client.seconds.boto3) },
      command,
    },
    {
      what: 'the same, memory',
      value: client.megabytes.temper,
      unit: 'MB',
      aim: { below: 150 },
      peer: { name: 'boto3 upload_file', value: client.megabytes.boto3 },
      command,
    },
    {
      what: "upload of 2 GB, to the laptop region's S3",
      value: rate(whole.seconds.temper),
      unit: 'MB/s',
      aim: { above: 0.9 * rate(whole.seconds.boto3) },
      peer: { name: 'boto3 upload_file', value: rate(whole.seconds.boto3) },
      command,
    },
  ];
}
