/** How much of captured traffic is read for a watch that looks back a week, of an endpoint that has captured for three months. */
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { readTraffic, type TrafficSource } from '../../activities/monitoring/traffic.ts';
import { atEnd } from './clean-up.ts';
import type { Row } from './row.ts';
import { countCalls, total } from './support/counting.ts';
import { startBenchRegion } from './support/region.ts';

const DAYS = 90;
const FILES_PER_HOUR = 2;
const REQUESTS_PER_FILE = 25;
const HOUR_MS = 3_600_000;
const AT_ONCE = 24;
const command = 'npm run bench -- traffic';

const END = Date.parse('2026-11-25T18:00:00Z');

/** As data capture of SageMaker writes them. */
function fileOf(at: Date): string {
  const side = (mode: string, data: object) => ({
    observedContentType: 'application/json',
    mode,
    data: JSON.stringify(data),
    encoding: 'JSON',
  });
  const lines = Array.from({ length: REQUESTS_PER_FILE }, (_, i) =>
    JSON.stringify({
      captureData: {
        endpointInput: side('INPUT', { text: `the battery of number ${i} died after a week, and nobody answers` }),
        endpointOutput: side('OUTPUT', { label: 'negative' }),
      },
      eventMetadata: { eventId: `${at.getTime()}-${i}`, inferenceTime: at.toISOString() },
      eventVersion: '0',
    }),
  );
  return `${lines.join('\n')}\n`;
}

async function capture(s3: S3Client, Bucket: string): Promise<void> {
  const hours = Array.from({ length: DAYS * 24 }, (_, hour) => new Date(END - (hour + 1) * HOUR_MS));
  for (let first = 0; first < hours.length; first += AT_ONCE) {
    await Promise.all(
      hours.slice(first, first + AT_ONCE).flatMap((at) =>
        Array.from({ length: FILES_PER_HOUR }, (_, file) => {
          const hour = at.toISOString().slice(0, 13).replaceAll(/[-T]/g, '/');
          const Key = `captured/reviews/AllTraffic/${hour}/${10 * file}-00-000-file.jsonl`;
          return s3.send(new PutObjectCommand({ Bucket, Key, Body: fileOf(at) }));
        }),
      ),
    );
  }
}

export async function bench(): Promise<Row[]> {
  const { variables, awsUrl } = await startBenchRegion();
  const counter = await countCalls(awsUrl);
  const s3 = new S3Client({
    endpoint: counter.url,
    region: variables.AWS_REGION ?? '',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  atEnd(async () => s3.destroy());
  const bucket = variables.TEMPER_BUCKET ?? '';
  await capture(s3, bucket);
  const source: TrafficSource = { engine: 'sagemaker', endpoint: 'reviews', uri: `s3://${bucket}/captured` };

  const read = async (days: number) => {
    const before = total(counter);
    const started = performance.now();
    const window = { from: new Date(END - days * 24 * HOUR_MS).toISOString(), to: new Date(END).toISOString() };
    let rows = 0;
    for await (const _ of readTraffic(s3, source, window)) rows += 1;
    const expected = days * 24 * FILES_PER_HOUR * REQUESTS_PER_FILE;
    if (rows !== expected) throw new Error(`${rows} rows were read of ${days} days, and there are ${expected}`);
    return { requests: total(counter) - before, seconds: (performance.now() - started) / 1000 };
  };
  const [week, all] = [await read(7), await read(DAYS)];
  const name = `all ${DAYS} days`;
  return [
    {
      what: `drift over a week, of ${DAYS} days that are captured: requests to S3`,
      value: week.requests,
      unit: '',
      aim: { below: all.requests / 10 },
      peer: { name, value: all.requests },
      command,
    },
    { what: 'the same: time to read', value: week.seconds, unit: 's', peer: { name, value: all.seconds }, command },
  ];
}
