/** What is written on a custom model of its release: the model that it replaced, and that it has answered. */
import { type BedrockClient, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-bedrock';
import { type RunRef, TAGS, workflowIdOf } from '../../spec/naming.ts';
import type { Result } from '../../spec/record.ts';
import { tagsOf } from '../bedrock/tags.ts';
import { calling, unlessNotFound } from '../errors.ts';
import { PREVIOUS_TAG, PROVEN_TAG } from './endpoints.ts';

export { PREVIOUS_TAG, PROVEN_TAG };

async function tag(
  bedrock: BedrockClient,
  resourceARN: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const tags = Object.entries(values).map(([key, value]) => ({ key, value }));
  await calling(`tag ${resourceARN}`, () => bedrock.send(new TagResourceCommand({ resourceARN, tags })));
}

/** Writes down, before anything is updated, which model to go back to. */
export async function rememberPrevious(bedrock: BedrockClient, model: string, previous: string): Promise<void> {
  await tag(bedrock, model, { [PREVIOUS_TAG]: previous });
}

/** Another run made the model, and this one has it now. */
export async function claim(bedrock: BedrockClient, model: string, run: RunRef): Promise<void> {
  await tag(bedrock, model, { [TAGS.run]: workflowIdOf(run) });
}

/** Another run made the model, and this one is to prove it anew: until then no other run may take its place. */
export async function adopt(bedrock: BedrockClient, model: string, run: RunRef): Promise<void> {
  await claim(bedrock, model, run);
  await unmarkProven(bedrock, model);
}

/** It answered under the name that serves: the next run may take its place. */
export async function markProven(bedrock: BedrockClient, model: string): Promise<void> {
  await tag(bedrock, model, { [PROVEN_TAG]: new Date().toISOString() });
}

/** The same of a custom model, whose run is through with it. */
export async function markPassed(bedrock: BedrockClient, model: string): Promise<void> {
  const outcome: Result = 'passed';
  await tag(bedrock, model, { [PROVEN_TAG]: new Date().toISOString(), [TAGS.outcome]: outcome });
}

/** Takes the proof back from a model that is to serve no longer. */
export async function unmarkProven(bedrock: BedrockClient, model: string): Promise<void> {
  await calling(`untag ${model}`, () =>
    bedrock.send(new UntagResourceCommand({ resourceARN: model, tagKeys: [PROVEN_TAG] })),
  );
}

/** Whether it ever answered under the name that serves; of a model that is gone nobody can tell any more. */
export async function isProven(bedrock: BedrockClient, model: string): Promise<boolean> {
  const tags = await unlessNotFound(`list the tags of ${model}`, () => tagsOf(bedrock, model));
  return tags === undefined || tags.has(PROVEN_TAG);
}
