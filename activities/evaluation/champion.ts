import { GetCustomModelCommand } from '@aws-sdk/client-bedrock';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import type { CandidateDeployment } from '../../spec/deployment.ts';
import type { Account, Champion, CustomModelRef, ModelRef } from '../../spec/record.ts';
import type { AwsClients, AwsProvider } from '../aws.ts';
import { kindOf } from '../deployment/servers.ts';
import { unlessNotFound } from '../errors.ts';
import { newestModel } from '../models.ts';
import { parseS3Uri } from '../s3-uri.ts';

export interface ChampionQuestion {
  /** Of the model. */
  readonly name: string;
  readonly account: Account;
  /** What can ask it. */
  readonly engine: 'sagemaker' | 'bedrock';
}

/** What may already answer with the champion. */
export interface ServingQuestion {
  readonly account: Account;
  /** ARN of the custom model. */
  readonly model: string;
  readonly to: CandidateDeployment['to'];
  /** The name that serves. */
  readonly name: string;
}

/** Why the model cannot be asked; `undefined` where it can. */
async function lackOf(
  { s3, bedrock }: AwsClients,
  model: ModelRef | CustomModelRef,
  { engine }: ChampionQuestion,
): Promise<string | undefined> {
  const made = model.run ? ` of ${model.run}` : '';
  if (model.engine !== engine) {
    const address = model.engine === 'sagemaker' ? model.artifact : model.customModel;
    return `it is ${address}${made}, which ${engine === 'sagemaker' ? 'SageMaker' : 'Bedrock'} cannot ask`;
  }
  if (model.engine === 'sagemaker') {
    const { bucket: Bucket, key: Key } = parseS3Uri(model.artifact);
    const look = () => s3.send(new HeadObjectCommand({ Bucket, Key }));
    const found = await unlessNotFound(`look for ${model.artifact}`, look);
    return found ? undefined : `its artifact ${model.artifact}${made} was deleted`;
  }
  const { customModel: modelIdentifier } = model;
  const found = await unlessNotFound(`describe ${modelIdentifier}`, () =>
    bedrock.send(new GetCustomModelCommand({ modelIdentifier })),
  );
  return found ? undefined : `its custom model ${modelIdentifier}${made} was deleted`;
}

/** The model that a candidate has to measure up to. */
export function createChampionActivities({ aws }: { aws: AwsProvider }) {
  return {
    /** The newest model of the name, and whether it can still be asked. `null` where none was handed over yet. */
    async findChampion(question: ChampionQuestion): Promise<Champion | null> {
      const { name, account } = question;
      const clients = aws(account.region);
      const model = await newestModel(clients.s3, account.bucket, name);
      if (!model) return null;
      const gone = await lackOf(clients, model, question);
      return { model, ...(gone !== undefined && { gone }) };
    },

    /** What serves, where it answers with the model now; `null` otherwise. */
    async findServing({ account, model, to, name }: ServingQuestion): Promise<CandidateDeployment | null> {
      const server = await kindOf({ to }).find(aws(account.region).bedrock, name);
      return server?.state === 'ready' && server.model === model ? { to, name, arn: server.arn } : null;
    },
  };
}
