/** Projects whose data is in S3, so that they can be scheduled. */
import { randomUUID } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { account, clients } from '../../support/activities.ts';
import { type Env, project } from './pipeline.ts';

export interface ScheduledProject {
  readonly name: string;
  readonly cwd: string;
  readonly data: string;
}

const SAGEMAKER = `
train: { engine: sagemaker, script: train.py }
deploy: { to: none }
`;

/** The same on Bedrock. */
export const BEDROCK = `
train: { engine: bedrock, base: amazon.nova-lite-v1:0 }
deploy: { to: bedrock-on-demand }
`;

/** A project of a name of its own; `retrain` is that of its spec. */
export async function scheduledProject(retrain: string, more = '', engine = SAGEMAKER): Promise<ScheduledProject> {
  const name = `sched-${randomUUID().slice(0, 8)}`;
  const Key = `incoming/${name}/rows.jsonl`;
  const rows = Array.from({ length: 40 }, (_, row) => ({ text: `row ${row}`, label: row % 2 ? 'good' : 'bad' }));
  const Body = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  await clients.s3.send(new PutObjectCommand({ Bucket: account.bucket, Key, Body }));
  const data = `s3://${account.bucket}/incoming/${name}/`;
  const cwd = await project(`
name: ${name}
data: { source: "${data}", split: { test: 0.2 } }
evaluate: { metrics: [accuracy] }
${engine}
${retrain === '' ? '' : `retrain: ${retrain}`}
${more}
`);
  return { name, cwd, data };
}

/** Whoever sits at the tests' terminals. */
export const asAna = (env: Env): Env => ({ ...env, TEMPER_USER: 'ana' });
