import { GetCustomModelCommand } from '@aws-sdk/client-bedrock';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { type RunRef, splitFile } from '../spec/naming.ts';
import type { Account, SplitInfo } from '../spec/record.ts';
import type { Takeover } from '../spec/takeover.ts';
import type { AwsClients, AwsProvider } from './aws.ts';
import { claim } from './deployment/release-tags.ts';
import { failure, unlessNotFound } from './errors.ts';
import { parseS3Uri } from './s3-uri.ts';

async function isInS3({ s3 }: AwsClients, uri: string): Promise<boolean> {
  const { bucket: Bucket, key: Key } = parseS3Uri(uri);
  return (await unlessNotFound(`look for ${uri}`, () => s3.send(new HeadObjectCommand({ Bucket, Key })))) !== undefined;
}

async function isInBedrock({ bedrock }: AwsClients, modelIdentifier: string): Promise<boolean> {
  const command = new GetCustomModelCommand({ modelIdentifier });
  return (await unlessNotFound(`look for ${modelIdentifier}`, () => bedrock.send(command))) !== undefined;
}

/** The objects that the stages that are done anew read: of a model that is there, no data to train on. */
function objectsOf({ data, source, base, model, evaluations, gate }: Takeover): string[] {
  const { train, validation, test } = data.splits;
  const fileOf = (split: SplitInfo | undefined, file: Parameters<typeof splitFile>[0]): string[] =>
    split ? [`${split.uri}${splitFile(file)}`] : [];
  return [
    ...(model ? [] : [...fileOf(train, 'train'), ...fileOf(validation, 'validation')]),
    ...fileOf(test, 'test'),
    ...(evaluations ? [] : [...fileOf(data.testInputs, 'inputs'), ...(base ? [base.artifact] : [])]),
    // Rules of slices read what was predicted, row by row.
    ...(data.slices && !gate ? fileOf(data.slices, 'slices') : []),
    ...(data.slices && !gate ? Object.values(evaluations ?? {}).map(({ predictions }) => predictions) : []),
    ...(source ? [source.uri] : []),
    ...(model?.engine === 'sagemaker' ? [model.artifact] : []),
  ];
}

/** What of it is not there any more: addresses in S3, ARNs. */
export async function goneOf(clients: AwsClients, takeover: Takeover): Promise<string[]> {
  const { model } = takeover;
  const looked = await Promise.all([
    ...objectsOf(takeover).map(async (uri) => ((await isInS3(clients, uri)) ? [] : [uri])),
    ...(model?.engine === 'bedrock'
      ? [isInBedrock(clients, model.customModel).then((there) => (there ? [] : [model.customModel]))]
      : []),
  ]);
  return looked.flat();
}

/** For people: what is gone, and of which run. */
export const goneText = (run: string, gone: readonly string[]): string =>
  `what ${run} left is gone: ${gone.join(', ')}`;

interface TakeoverInput {
  readonly run: RunRef;
  readonly account: Account;
  readonly takeover: Takeover;
}

export function createTakeoverActivities({ aws }: { aws: AwsProvider }) {
  return {
    /**
     * `TakeoverGone` where something is not there any more that the run takes over from another one. A custom model is the run's
     * from here on: what it answers from is not taken for that of a run that is over, and no hand-over meanwhile deletes it.
     */
    async checkTakeover({ run, account, takeover }: TakeoverInput): Promise<void> {
      const clients = aws(account.region);
      const gone = await goneOf(clients, takeover);
      if (gone.length > 0) throw failure('TakeoverGone', goneText(takeover.run, gone));
      const { model } = takeover;
      if (model?.engine === 'bedrock') await claim(clients.bedrock, model.customModel, run);
    },
  };
}
