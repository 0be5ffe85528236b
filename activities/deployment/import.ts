/** A model that SageMaker trained, imported into Bedrock: a job, then a model that answers, or nothing. */
import {
  type BedrockClient,
  CreateModelImportJobCommand,
  GetModelImportJobCommand,
  type GetModelImportJobResponse,
} from '@aws-sdk/client-bedrock';
import { DeleteObjectsCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Wording } from '../../spec/bedrock/question.ts';
import type { ImportedDeployment } from '../../spec/deployment.ts';
import { importedModelName, importJobName, s3Keys, TAGS, workflowIdOf } from '../../spec/naming.ts';
import type { DataSet, ModelRef, Weights } from '../../spec/record.ts';
import type { AwsProvider } from '../aws.ts';
import { bedrockTags, createOrAttach, tagsOf } from '../bedrock/tags.ts';
import { calling, failure, unlessNotFound } from '../errors.ts';
import { type HandOver, publishModel, withdrawModel } from '../models.ts';
import { ownTags } from '../ownership.ts';
import { keysUnder } from '../s3-lines.ts';
import { look, stillInProgress } from '../waiting.ts';
import { converseTest } from './converse-test.ts';
import { findImported, importedAs, removeImported } from './imported.ts';
import { markProven } from './release-tags.ts';
import { unpack } from './weights.ts';

/** A model on its way into Bedrock. */
export interface ImportRef extends Pick<HandOver, 'run' | 'account'> {
  readonly model: ModelRef;
  /** The name under which it serves. */
  readonly name: string;
}

/** An import, as far as it is needed to prove it. */
export interface ImportHandOver extends ImportRef, HandOver {
  readonly model: ModelRef;
  readonly data: DataSet;
  readonly wording: Wording;
}

const prefixOf = ({ run, account }: ImportRef): string => `s3://${account.bucket}/${s3Keys.runOutput(run)}import/`;

function findJob(bedrock: BedrockClient, jobIdentifier: string): Promise<GetModelImportJobResponse | undefined> {
  return unlessNotFound(`describe import job ${jobIdentifier}`, () =>
    bedrock.send(new GetModelImportJobCommand({ jobIdentifier })),
  );
}

/** Bedrock has its own copy of the weights by then, or wants none. */
async function removeUnpacked(s3: S3Client, release: ImportRef): Promise<void> {
  const { bucket } = release.account;
  const keys = await keysUnder(s3, bucket, `${s3Keys.runOutput(release.run)}import/`);
  for (let start = 0; start < keys.length; start += 1000) {
    const Objects = keys.slice(start, start + 1000).map((Key) => ({ Key }));
    await calling(`delete ${prefixOf(release)}`, () =>
      s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } })),
    );
  }
}

/** Imports of models into Bedrock. */
export function createImportActivities({ aws }: { aws: AwsProvider }) {
  return {
    /** Unpacks the model to where Bedrock imports from. `NotImportable` where it would not. */
    async unpackModel(release: ImportRef): Promise<Weights> {
      return unpack(aws(release.account.region).s3, release.model.artifact, prefixOf(release));
    },

    /** Creates the import job, or attaches to it. */
    async submitImport({ uri, ...release }: ImportRef & { readonly uri: string }): Promise<void> {
      const { run, account, name } = release;
      const { bedrock } = aws(account.region);
      const jobName = importJobName(run);
      const request = {
        jobName,
        importedModelName: importedModelName(run, name),
        roleArn: account.roleArn,
        modelDataSource: { s3DataSource: { s3Uri: uri } },
      };
      const tags = ownTags(run, 'deploy', request);
      const ofModel = new Map([...tags, [TAGS.served, name]]);
      await createOrAttach(
        bedrock,
        `import job ${jobName}`,
        tags,
        () =>
          bedrock.send(
            new CreateModelImportJobCommand({
              ...request,
              jobTags: bedrockTags(tags),
              importedModelTags: bedrockTags(ofModel),
            }),
          ),
        async () => (await findJob(bedrock, jobName))?.jobArn,
      );
    },

    /**
     * Looks once at the import. When it is through the model must answer a row, for which Bedrock loads it first; then it
     * becomes the newest of its name.
     */
    async awaitImport(release: ImportHandOver): Promise<ImportedDeployment> {
      const { run, account, name } = release;
      const clients = aws(account.region);
      const { bedrock } = clients;
      const jobName = importJobName(run);
      const job = await look(`describe import job ${jobName}`, () => findJob(bedrock, jobName));
      if (!job) throw failure('JobFailed', `import job ${jobName} is gone`);
      const { status, failureMessage = 'no reason given', importedModelArn: arn = '' } = job;
      if (status === 'InProgress') throw stillInProgress({ resource: jobName, status });
      if (status !== 'Completed') throw failure('JobFailed', `import job ${jobName} failed: ${failureMessage}`);
      const model = await look(`describe imported model ${arn}`, () => findImported(bedrock, arn));
      if (!model) throw failure('EndpointFailed', `imported model ${arn} is gone: somebody deleted it`);
      const smokeTest = await converseTest(clients, { ...model, name }, release);
      const before = (await importedAs(bedrock, name)).some((other) => other.proven && other.arn !== arn);
      // In this order: a model that is taken for proven has a card, whatever the worker dies of in between.
      await publishModel(clients.s3, release);
      await markProven(bedrock, arn);
      return { to: 'bedrock-import', name, arn, created: !before, smokeTest };
    },

    /** Deletes what served under the name before, and the unpacked weights, of which Bedrock has its copy. */
    async retireImports(release: ImportRef): Promise<void> {
      const { run, account, name } = release;
      const { bedrock, s3 } = aws(account.region);
      for (const other of await importedAs(bedrock, name)) {
        const ofName = (await tagsOf(bedrock, other.arn)).get(TAGS.name) === run.name;
        if (ofName && other.proven && other.run !== workflowIdOf(run)) await removeImported(bedrock, other.arn);
      }
      await removeUnpacked(s3, release);
    },

    /** Deletes what the import made, once it is over, as no import can be stopped. No run starts from the model. */
    async revertImport(release: ImportRef): Promise<void> {
      const { run, account } = release;
      const { bedrock, s3 } = aws(account.region);
      await withdrawModel(s3, release);
      const jobName = importJobName(run);
      const job = await findJob(bedrock, jobName);
      const isOurs = job?.jobArn && (await tagsOf(bedrock, job.jobArn)).get(TAGS.run) === workflowIdOf(run);
      if (job && isOurs) {
        if (job.status === 'InProgress') throw stillInProgress({ resource: jobName, status: job.status }, true);
        if (job.importedModelArn) await removeImported(bedrock, job.importedModelArn);
      }
      await removeUnpacked(s3, release);
    },
  };
}
