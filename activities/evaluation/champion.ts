import { GetCustomModelCommand } from '@aws-sdk/client-bedrock';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { QUESTIONS_AT_ONCE } from '../../spec/bedrock/question.ts';
import { answers, type Champion, type ChampionSpec } from '../../spec/champion.ts';
import type { Kind } from '../../spec/data/examples.ts';
import type { CandidateDeployment } from '../../spec/deployment.ts';
import type { Account } from '../../spec/record.ts';
import { evaluationOf } from '../../spec/schema/evaluate.ts';
import type { Spec } from '../../spec/spec.ts';
import type { ModelCard } from '../../spec/version.ts';
import type { AwsClients, AwsProvider } from '../aws.ts';
import { kindOf } from '../deployment/servers.ts';
import { unlessNotFound } from '../errors.ts';
import { newestVersions } from '../models.ts';
import { parseS3Uri } from '../s3-uri.ts';

export interface ChampionQuestion {
  /** Of the model. */
  readonly name: string;
  readonly account: Pick<Account, 'region' | 'bucket'>;
  /** Of the rows that it is to answer; absent where they are not read yet. */
  readonly kind?: Kind;
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
  { model, record: { data } }: ModelCard,
  { kind }: ChampionQuestion,
): Promise<string | undefined> {
  const made = model.run ? ` of ${model.run}` : '';
  if (kind && data && !answers(model.engine, data.kind, kind)) {
    const address = model.engine === 'sagemaker' ? model.artifact : model.customModel;
    return `it is ${address}${made}, which was trained on ${data.kind} rows and answers no ${kind} rows`;
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

/** How a run on another engine asks the model: as its own run did, or as one does that says nothing; row by row of Bedrock. */
function askedAlone({ train: { engine }, evaluate }: Spec): ChampionSpec['evaluate'] {
  const given = evaluate ?? evaluationOf({}, engine);
  if (given.by === 'transform') {
    const { by, instance } = given;
    return { by, instance };
  }
  const { maxTokens, temperature, system } = given;
  const concurrency = given.by === 'converse' ? given.concurrency : QUESTIONS_AT_ONCE;
  return { by: 'converse', maxTokens, temperature, concurrency, ...(system !== undefined && { system }) };
}

/** The newest model of a name, and whether it can still be asked; `undefined` where none was handed over yet. */
export async function newestChampion(clients: AwsClients, question: ChampionQuestion): Promise<Champion | undefined> {
  const { cards } = await newestVersions(clients.s3, question.account.bucket, question.name, 1);
  const card = cards[0]?.card;
  if (!card) return undefined;
  const { spec } = card.record;
  const { name, train, deploy } = spec;
  const gone = await lackOf(clients, card, question);
  return {
    model: card.model,
    spec: { name, train, deploy, evaluate: askedAlone(spec) },
    ...(gone !== undefined && { gone }),
  };
}

/** The model that a candidate has to measure up to. */
export function createChampionActivities({ aws }: { aws: AwsProvider }) {
  return {
    /** {@link newestChampion}; `null` where there is none. */
    async findChampion(question: ChampionQuestion): Promise<Champion | null> {
      return (await newestChampion(aws(question.account.region), question)) ?? null;
    },

    /** What serves, where it answers with the model now; `null` otherwise. */
    async findServing({ account, model, to, name }: ServingQuestion): Promise<CandidateDeployment | null> {
      const server = await kindOf({ to }).find(aws(account.region).bedrock, name);
      return server?.state === 'ready' && server.model === model ? { to, name, arn: server.arn } : null;
    },
  };
}
