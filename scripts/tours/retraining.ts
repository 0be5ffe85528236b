/** A schedule whose data grows: one model is promoted, one refused, and one is not trained as nothing has changed. */
import { readFile } from 'node:fs/promises';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { installed } from '../../cli/installation.ts';
import { type Arrival, type Tour, temper } from './tour.ts';

const NAME = 'daily-reviews';
const FILE = 'examples/retraining/temper.yaml';
const REVIEWS = 'examples/product-reviews/data/products.jsonl';

interface Review {
  readonly text: string;
  readonly label: string;
}

/** A fifth of the reviews to test with, the others dealt out to two months. No text stands on two sides. */
async function reviews(): Promise<{
  readonly test: Review[];
  readonly january: Review[];
  readonly february: Review[];
}> {
  const lines = (await readFile(installed(REVIEWS), 'utf8')).trimEnd().split('\n');
  const all = lines.map((line) => JSON.parse(line) as Review);
  const test = all.filter((_, index) => index % 5 === 0);
  const held = new Set(test.map(({ text }) => text));
  const others = all.filter(({ text }) => !held.has(text));
  return {
    test,
    january: others.filter((_, index) => index % 2 === 0),
    february: others.filter((_, index) => index % 2 === 1),
  };
}

/** As an export does whose columns were mixed up. */
const swapped = (review: Review): Review => ({
  ...review,
  label: review.label === 'positive' ? 'negative' : 'positive',
});

/** Of the region, whose keys are no person's. */
function s3In(env: NodeJS.ProcessEnv): S3Client {
  const { AWS_ENDPOINT_URL_S3: endpoint = '', AWS_REGION: region = '' } = env;
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = env;
  return new S3Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true });
}

/** Puts reviews where the schedule looks for them. */
function arrival(key: string, what: string, choose: (from: Awaited<ReturnType<typeof reviews>>) => Review[]): Arrival {
  return {
    async arrive(env) {
      const rows = choose(await reviews());
      const Bucket = env.TEMPER_BUCKET;
      const Body = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
      await s3In(env).send(new PutObjectCommand({ Bucket, Key: `${NAME}/${key}`, Body }));
      return `${what}: ${rows.length.toLocaleString('en-US')} rows to s3://${Bucket}/${NAME}/${key}`;
    },
  };
}

/** What is no news to the schedule would have it promote and refuse nothing. */
async function hindrance(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const known = new ListObjectsV2Command({ Bucket: env.TEMPER_BUCKET, Prefix: `${NAME}/train/`, MaxKeys: 1 });
  const { KeyCount = 0 } = await s3In(env).send(known);
  if (KeyCount === 0) return undefined;
  return `the reviews have arrived in this region before; what became of them: npx temper schedule show ${NAME}
  once more, in another region: TEMPER_HOME=$(mktemp -d) npm run quickstart -- retraining`;
}

export const retraining: Tour = {
  hindrance,
  steps: [
    arrival('test.jsonl', 'reviews to test with', ({ test }) => test),
    arrival('train/january.jsonl', 'the reviews of January', ({ january }) => january),
    temper('schedule', 'create', FILE),
    temper('schedule', 'trigger', NAME, '--when-due'),
    arrival('train/february.jsonl', 'those of February, their labels swapped by mistake', ({ february }) =>
      february.map(swapped),
    ),
    { ...temper('schedule', 'trigger', NAME, '--when-due'), exits: 3 },
    temper('schedule', 'trigger', NAME, '--when-due'),
    temper('schedule', 'show', NAME),
  ],
  more: [
    `why it serves  npx temper history ${NAME}, npx temper show ${NAME}`,
    `what it does   docs/retraining.md; its file is ${FILE}`,
    `end it         npx temper schedule delete ${NAME}`,
  ],
};
