/** What AWS says of the places that versions serve at: people change them by hand, too. */
import type { AwsClients } from '../../activities/aws.ts';
import { tagsOf } from '../../activities/bedrock/tags.ts';
import { describeEndpoint, servedRun } from '../../activities/deployment/endpoints.ts';
import { importedAs } from '../../activities/deployment/imported.ts';
import { kindOf } from '../../activities/deployment/servers.ts';
import { unlessNotFound } from '../../activities/errors.ts';
import { TAGS } from '../../spec/naming.ts';
import type { Now, Version } from '../../spec/version.ts';

/** The version with what is there now. Whoever may not look in AWS is told what Temper has done, as before. */
export async function withNow(clients: AwsClients, version: Version): Promise<Version> {
  if (!version.serves || version.until !== undefined) return version;
  const now = await nowAt(clients, version, version.serves).catch(() => undefined);
  return now ? { ...version, now } : version;
}

async function nowAt(
  { sagemaker, bedrock }: AwsClients,
  version: Version,
  { to, name }: NonNullable<Version['serves']>,
): Promise<Now> {
  switch (to) {
    case 'sagemaker-endpoint': {
      const config = (await describeEndpoint(sagemaker, name))?.EndpointConfigName;
      if (config === undefined) return { state: 'gone' };
      return told(version, config, await servedRun(sagemaker, config));
    }
    case 'bedrock-on-demand':
    case 'bedrock-provisioned': {
      const model = (await kindOf({ to }).find(bedrock, name))?.model;
      if (model === undefined) return { state: 'gone' };
      if (model === version.model) return { state: 'serves' };
      const tags = await unlessNotFound(`list the tags of ${model}`, () => tagsOf(bedrock, model));
      return told(version, model, tags?.get(TAGS.run));
    }
    case 'bedrock-import': {
      const imported = await importedAs(bedrock, name);
      const served = imported.find(({ proven }) => proven) ?? imported[0];
      return served ? told(version, served.arn, served.run) : { state: 'gone' };
    }
  }
}

const told = (version: Version, model: string, run: string | undefined): Now =>
  run === version.run ? { state: 'serves' } : { state: 'other', model, ...(run !== undefined && { run }) };
