import { type BedrockClient, DeleteCustomModelCommand, GetCustomModelCommand } from '@aws-sdk/client-bedrock';
import { type RunRef, TAGS, workflowIdOf } from '../../spec/naming.ts';
import { unlessNotFound } from '../errors.ts';
import { tagsOf } from './tags.ts';

/** Whether the run made what has the ARN. */
export async function isOf(bedrock: BedrockClient, run: RunRef, arn: string): Promise<boolean> {
  return (await tagsOf(bedrock, arn)).get(TAGS.run) === workflowIdOf(run);
}

/** Deletes a custom model. Gone already is fine; one that serves is refused by AWS. */
export async function deleteCustomModel(bedrock: BedrockClient, name: string): Promise<void> {
  await unlessNotFound(`delete custom model ${name}`, () =>
    bedrock.send(new DeleteCustomModelCommand({ modelIdentifier: name })),
  );
}

/** Deletes the custom model of that name where the run made it. */
export async function removeCustomModel(bedrock: BedrockClient, run: RunRef, name: string): Promise<void> {
  const model = await unlessNotFound(`describe custom model ${name}`, () =>
    bedrock.send(new GetCustomModelCommand({ modelIdentifier: name })),
  );
  if (model?.modelArn && (await isOf(bedrock, run, model.modelArn))) await deleteCustomModel(bedrock, name);
}
