import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  type DataCaptureConfig,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, type InvokeEndpointCommandInput } from '@aws-sdk/client-sagemaker-runtime';
import { expect, onTestFinished, test } from 'vitest';
import { startSageMaker } from '../../../local/sagemaker/server.ts';
import { eventually } from '../../support/eventually.ts';
import { uniqueName } from '../../support/unique-name.ts';
import { serverOptions, World } from './support.ts';

/** Answers in capitals, with the type that was asked for. */
const SHOUTING = `
def model_fn(model_dir):
    return None
def input_fn(body, content_type):
    text = body.decode() if isinstance(body, bytes) else body
    if "fail" in text:
        raise ValueError("as it was told to")
    return text
def predict_fn(text, model):
    return text.upper()
def output_fn(text, accept):
    return text, accept
`;

const BOTH: DataCaptureConfig['CaptureOptions'] = [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }];
const READABLE = { CsvContentTypes: ['text/csv'], JsonContentTypes: ['application/json'] };

interface Captured {
  readonly captureData: Readonly<Record<'endpointInput' | 'endpointOutput', { data: string; encoding: string }>>;
  readonly eventMetadata: { readonly eventId: string; readonly inferenceTime: string; readonly inferenceId?: string };
}

async function shouting() {
  const server = await startSageMaker(await serverOptions());
  const world = new World(server.url, server);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= server.close();
    return closing;
  };
  onTestFinished(async () => {
    await close();
    world.close();
  });
  const model = await world.model(SHOUTING);
  const config = async (DataCaptureConfig: DataCaptureConfig) => {
    const EndpointConfigName = uniqueName('config');
    const variant = { VariantName: 'AllTraffic', ModelName: model, InitialInstanceCount: 1 };
    const ProductionVariants = [{ ...variant, InstanceType: 'ml.t2.medium' as const }];
    await world.sagemaker.send(
      new CreateEndpointConfigCommand({ EndpointConfigName, ProductionVariants, DataCaptureConfig }),
    );
    return EndpointConfigName;
  };
  const endpoint = async (EndpointConfigName: string) => {
    const EndpointName = uniqueName('endpoint');
    await world.sagemaker.send(new CreateEndpointCommand({ EndpointName, EndpointConfigName }));
    await world.settled(EndpointName);
    return EndpointName;
  };
  const ask = (EndpointName: string, Body: string | Buffer, more: Partial<InvokeEndpointCommandInput> = {}) => {
    const types = { ContentType: 'application/json', Accept: 'application/json' };
    return world.runtime.send(new InvokeEndpointCommand({ EndpointName, Body, ...types, ...more }));
  };
  const keysUnder = async (Prefix: string) => {
    const { Contents = [] } = await world.s3.send(new ListObjectsV2Command({ Bucket: world.bucket, Prefix }));
    return Contents.map(({ Key = '' }) => Key);
  };
  const captured = async (prefix: string): Promise<Captured[]> => {
    const files = await Promise.all((await keysUnder(prefix)).map((key) => world.get(`s3://${world.bucket}/${key}`)));
    const lines = files.flatMap((file) => file.toString().trimEnd().split('\n'));
    return lines.map((line) => JSON.parse(line) as Captured);
  };
  return { world, close, config, endpoint, ask, keysUnder, captured };
}

const dataOf = (records: readonly Captured[]) =>
  records.map(({ captureData: { endpointInput, endpointOutput } }) => [endpointInput?.data, endpointOutput?.data]);

test("requests and answers are kept as AWS keeps them, and what waits is written before an endpoint's configuration or the server ends", async () => {
  const { world, close, config, endpoint, ask, keysUnder, captured } = await shouting();
  const to = (prefix: string, more: object = {}) => ({
    InitialSamplingPercentage: 100,
    DestinationS3Uri: `s3://${world.bucket}/${prefix}`,
    CaptureOptions: BOTH,
    CaptureContentTypeHeader: READABLE,
    ...more,
  });
  const name = await endpoint(await config(to('first/')));
  expect((await world.settled(name)).DataCaptureConfig).toEqual({
    EnableCapture: true,
    CaptureStatus: 'Started',
    CurrentSamplingPercentage: 100,
    DestinationS3Uri: `s3://${world.bucket}/first/`,
    KmsKeyId: '',
  });

  await ask(name, '{"text":"a"}', { InferenceId: 'order-17' });
  await ask(name, 'a,1', { ContentType: 'text/csv', Accept: 'text/csv' });
  await ask(name, 'plain', { ContentType: 'text/plain', Accept: 'text/plain' });
  await expect(ask(name, 'fail')).rejects.toThrow('as it was told to');
  const next = await config(
    to('second', { CaptureOptions: [{ CaptureMode: 'Output' }], CaptureContentTypeHeader: undefined }),
  );
  await world.sagemaker.send(new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName: next }));
  await world.settled(name);
  const records = await eventually('the old configuration has written', async () => {
    const found = await captured('first/');
    return found.length === 3 ? found : undefined;
  });
  expect(records[0]).toEqual({
    captureData: {
      endpointInput: { observedContentType: 'application/json', mode: 'INPUT', data: '{"text":"a"}', encoding: 'JSON' },
      endpointOutput: {
        observedContentType: 'application/json',
        mode: 'OUTPUT',
        data: '{"TEXT":"A"}',
        encoding: 'JSON',
      },
    },
    eventMetadata: {
      eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      inferenceId: 'order-17',
      inferenceTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    },
    eventVersion: '0',
  });
  expect(records[1]?.captureData.endpointInput).toMatchObject({ data: 'a,1', encoding: 'CSV' });
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  expect(records[2]?.captureData.endpointOutput).toMatchObject({ data: base64('PLAIN'), encoding: 'BASE64' });
  const [key = ''] = await keysUnder('first/');
  expect(key.replace(name, 'NAME')).toMatch(
    /^first\/NAME\/AllTraffic\/\d{4}\/\d\d\/\d\d\/\d\d\/\d\d-\d\d-\d{3}-[0-9a-f-]{36}\.jsonl$/,
  );

  await ask(name, 'last');
  await close();
  expect(dataOf(await captured('second/'))).toEqual([[undefined, base64('LAST')]]);
});

test('a share is a sample, and a capture that is switched off keeps nothing', async () => {
  const { world, close, config, endpoint, ask, captured } = await shouting();
  const capture = (prefix: string, share: number, EnableCapture: boolean) => ({
    EnableCapture,
    InitialSamplingPercentage: share,
    DestinationS3Uri: `s3://${world.bucket}/${prefix}`,
    CaptureOptions: BOTH,
  });
  const [half, off] = [
    await endpoint(await config(capture('half', 50, true))),
    await endpoint(await config(capture('off', 100, false))),
  ];
  expect((await world.settled(off)).DataCaptureConfig).toMatchObject({
    EnableCapture: false,
    CaptureStatus: 'Stopped',
  });
  for (let asked = 0; asked < 200; asked += 1) await ask(half, 'x');
  await ask(off, 'x');
  await close();
  const kept = (await captured('half')).length;
  // Seven standard deviations around a half.
  expect(kept).toBeGreaterThan(50);
  expect(kept).toBeLessThan(150);
  expect(await captured('off')).toEqual([]);
});

test('where the bucket is gone the endpoint answers all the same, and its log tells what was not kept', async () => {
  const { world, config, endpoint, ask } = await shouting();
  const DestinationS3Uri = `s3://${uniqueName('gone')}/capture`;
  const name = await endpoint(await config({ InitialSamplingPercentage: 100, DestinationS3Uri, CaptureOptions: BOTH }));
  const { Body } = await ask(name, 'still here');
  expect(new TextDecoder().decode(Body)).toBe('STILL HERE');
  await world.logged('AllTraffic', '1 captured requests were not written to S3', `/aws/sagemaker/Endpoints/${name}`);
});
