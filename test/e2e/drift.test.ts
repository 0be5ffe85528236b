/** Models that are asked what they were trained on, and then something else, on both engines: by callers of AWS, as they are. */
import { randomUUID } from 'node:crypto';
import {
  BedrockClient,
  DeleteModelInvocationLoggingConfigurationCommand,
  PutModelInvocationLoggingConfigurationCommand,
} from '@aws-sdk/client-bedrock';
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { expect, it, onTestFinished } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import type { DriftReport } from '../../cli/monitoring/drift.ts';
import { classificationPrompt } from '../../spec/bedrock/question.ts';
import { cli, until } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { type Env, expectExit, project, recordOf, s3 } from '../support/runs.ts';
import { startWorkerProcess } from './worker-process.ts';

const RETRAIN = 'retrain: { every: 1d, when: { drift: { of: [text, label], minRows: 40 } } }';

const QUESTIONS = 50;
/** As the rows of the data are, and yet none of them. */
const known = Array.from(
  { length: QUESTIONS },
  (_, i) => `${i % 2 ? 'bad' : 'good'} number${i < 10 ? String.fromCharCode(97 + i) : 50 + i}`,
);
const other = Array.from({ length: QUESTIONS }, (_, i) => `where is my parcel ${i}, ordered weeks ago`);

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

async function reportOf(env: Env, name: string): Promise<DriftReport> {
  return JSON.parse((await cli(['drift', name, '--json'], { env })).stdout) as DriftReport;
}

/** The report, once so many questions are kept: services keep them in their own time. */
async function reportOn(env: Env, name: string, rows: number): Promise<DriftReport> {
  await until(async () => ((await reportOf(env, name)).measure?.rows ?? 0) >= rows);
  const report = await reportOf(env, name);
  expect(report.measure?.rows).toBe(rows);
  return report;
}

const driftedIn = ({ measure }: DriftReport): string[] =>
  (measure?.features ?? []).filter(({ drifted }) => drifted).map(({ feature }) => feature);

it('an endpoint that captures tells that it is asked other questions than it was trained on', async () => {
  const env = await ownNamespace();
  await startWorkerProcess(env);
  const rest = `deploy: { to: sagemaker-endpoint, capture: { share: 1 } }\n${RETRAIN}`;
  const { name, specFile } = await project({ rest });
  expectExit(await cli(['run', specFile], { env }), EXIT.done);
  expect((await reportOf(env, name)).reason).toMatch(
    /^0 rows of captured traffic since the hand-over \(.*\) are too few to tell drift: at least 40 are wanted; /,
  );

  const runtime = new SageMakerRuntimeClient({
    endpoint: env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME ?? '',
    region: env.AWS_REGION ?? '',
    credentials,
  });
  onTestFinished(() => runtime.destroy());
  const ask = (texts: readonly string[]) =>
    runtime.send(
      new InvokeEndpointCommand({
        EndpointName: name,
        ContentType: 'application/jsonlines',
        Body: texts.map((text) => `${JSON.stringify({ text })}\n`).join(''),
      }),
    );
  await ask(known);
  const same = await reportOn(env, name, QUESTIONS);
  expect([same.due, driftedIn(same)]).toEqual([false, []]);
  expect(same.traffic).toMatchObject({ broken: 0, begins: 'handOver' });

  await ask(other);
  const changed = await reportOn(env, name, 2 * QUESTIONS);
  expect(changed.due).toBe(true);
  expect(driftedIn(changed)).toEqual(['text: characters', 'text: words', 'text: unknown words', 'label']);
  expect(changed.reason).toContain('label is new in 50 % of rows (unknown), more than 10 %');
});

it("a model of Bedrock does by the account's invocation logs, and says how to switch them on where they are not", async () => {
  const env = await ownNamespace();
  await startWorkerProcess(env);
  const late = `labels-${randomUUID()}/`;
  const live = `liveMetric: { rule: accuracy < 0.8, labels: "s3://${env.TEMPER_BUCKET}/${late}", minRows: 40 }`;
  const rest = `deploy: { to: bedrock-on-demand }\n${RETRAIN.replace('when: {', `when: { ${live},`)}`;
  const { name, specFile } = await project({ bedrock: true, rest });
  expectExit(await cli(['run', specFile], { env }), EXIT.done);
  expect((await reportOf(env, name)).reason).toMatch(
    /^model invocation logging of the account keeps nothing in S3, so that what .* is asked is lost: switch it on with aws bedrock put-model-invocation-logging-configuration/,
  );

  const { spec, deployment } = await recordOf(env, name);
  const place = { region: env.AWS_REGION ?? '', credentials };
  const bedrock = new BedrockClient({ ...place, endpoint: env.AWS_ENDPOINT_URL_BEDROCK ?? '' });
  const runtime = new BedrockRuntimeClient({ ...place, endpoint: env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME ?? '' });
  const loggingConfig = {
    s3Config: { bucketName: env.TEMPER_BUCKET, keyPrefix: `logs-${name}` },
    textDataDeliveryEnabled: true,
  };
  await bedrock.send(new PutModelInvocationLoggingConfigurationCommand({ loggingConfig }));
  onTestFinished(async () => {
    await bedrock.send(new DeleteModelInvocationLoggingConfigurationCommand({}));
    bedrock.destroy();
    runtime.destroy();
  });
  const modelId = deployment?.to === 'bedrock-on-demand' ? deployment.arn : '';
  const wording = spec.train.engine === 'bedrock' ? spec.train.prompt : '';
  const ask = (texts: readonly string[]) =>
    Promise.all(
      texts.map((text) => {
        const content = [{ text: classificationPrompt(wording, text) }];
        const requestMetadata = { inferenceId: text.replaceAll(/\W+/g, '-') };
        return runtime.send(new ConverseCommand({ modelId, messages: [{ role: 'user', content }], requestMetadata }));
      }),
    );
  await ask(known);
  const same = await reportOn(env, name, QUESTIONS);
  expect([same.due, driftedIn(same)]).toEqual([false, []]);
  const store = s3(env);
  onTestFinished(() => store.destroy());
  const label = (file: string, rows: readonly object[]) =>
    store.send(
      new PutObjectCommand({
        Bucket: env.TEMPER_BUCKET,
        Key: `${late}${file}.jsonl`,
        Body: rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
      }),
    );
  const right = (text: string): string => (text.startsWith('good') ? 'positive' : 'negative');
  await label(
    'by-question',
    known.map((text) => ({ text, label: right(text) })),
  );
  expect((await reportOf(env, name)).live).toMatchObject({ due: false, joined: QUESTIONS, metrics: { accuracy: 1 } });

  await ask(other);
  const changed = await reportOn(env, name, 2 * QUESTIONS);
  expect(changed.due).toBe(true);
  expect(driftedIn(changed)).toContain('text: unknown words');
  await label(
    'by-id',
    other.map((text) => ({ inferenceId: text.replaceAll(/\W+/g, '-'), label: 'neither' })),
  );
  expect((await reportOf(env, name)).live).toMatchObject({
    due: true,
    reason: expect.stringMatching(
      /^accuracy 0\.5000 is < 0\.8000 with 95 % confidence: at most 0\.\d{4}, of 100 labelled answers since /,
    ),
  });
});
