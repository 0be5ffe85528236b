/** Models that were imported into Bedrock, by the name under which they serve. */
import {
  type BedrockClient,
  DeleteImportedModelCommand,
  GetImportedModelCommand,
  type ImportedModelSummary,
  paginateListImportedModels,
} from '@aws-sdk/client-bedrock';
import { type BedrockRuntimeClient, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import type { ConversePrompt } from '../../spec/bedrock/question.ts';
import { TAGS } from '../../spec/naming.ts';
import { tagsOf } from '../bedrock/tags.ts';
import { calling, unlessNotFound } from '../errors.ts';
import { PROVEN_TAG } from './endpoints.ts';

export interface ImportedModel {
  readonly arn: string;
  readonly name: string;
  /** Whether it takes conversations, and so Converse. */
  readonly converses: boolean;
  /** Workflow id of the run that imported it. */
  readonly run: string;
  readonly proven: boolean;
}

/**
 * The imported models that serve under a name or are about to, the newest first. There is no updating one in place: each
 * release is a model of its own, with the name that it serves in its tags.
 */
export async function importedAs(bedrock: BedrockClient, served: string): Promise<ImportedModel[]> {
  const found: ImportedModelSummary[] = [];
  await calling('list imported models', async () => {
    for await (const { modelSummaries } of paginateListImportedModels(
      { client: bedrock },
      { nameContains: `${served}-` },
    )) {
      found.push(...(modelSummaries ?? []));
    }
  });
  found.sort((a, b) => (b.creationTime?.getTime() ?? 0) - (a.creationTime?.getTime() ?? 0));
  const models: ImportedModel[] = [];
  for (const { modelArn: arn = '', modelName: name = '', instructSupported = false } of found) {
    const tags = await unlessNotFound(`list the tags of ${arn}`, () => tagsOf(bedrock, arn));
    const run = tags?.get(TAGS.run);
    if (!tags || !run || tags.get(TAGS.served) !== served) continue;
    models.push({ arn, name, converses: instructSupported, run, proven: tags.has(PROVEN_TAG) });
  }
  return models;
}

/** By its own name or its ARN. */
export async function findImported(bedrock: BedrockClient, name: string): Promise<ImportedModel | undefined> {
  const found = await unlessNotFound(`describe imported model ${name}`, () =>
    bedrock.send(new GetImportedModelCommand({ modelIdentifier: name })),
  );
  if (!found?.modelArn) return undefined;
  const tags = await tagsOf(bedrock, found.modelArn);
  return {
    arn: found.modelArn,
    name: found.modelName ?? name,
    converses: found.instructSupported === true,
    run: tags.get(TAGS.run) ?? '',
    proven: tags.has(PROVEN_TAG),
  };
}

/** Gone already is fine. */
export async function removeImported(bedrock: BedrockClient, identifier: string): Promise<void> {
  await unlessNotFound(`delete imported model ${identifier}`, () =>
    bedrock.send(new DeleteImportedModelCommand({ modelIdentifier: identifier })),
  );
}

/** What a model that takes no conversations makes of a prompt. Models differ in where they put it. */
export async function completion(
  runtime: BedrockRuntimeClient,
  arn: string,
  { system = [], messages }: ConversePrompt,
  abortSignal: AbortSignal,
): Promise<string> {
  const texts = [...system, ...messages.flatMap(({ content }) => content)].map(({ text }) => text);
  const { body } = await runtime.send(
    new InvokeModelCommand({ modelId: arn, body: JSON.stringify({ prompt: texts.join('\n\n') }) }),
    { abortSignal },
  );
  const said = JSON.parse(new TextDecoder().decode(body)) as {
    readonly generation?: string;
    readonly outputs?: readonly { readonly text?: string }[];
    readonly choices?: readonly { readonly text?: string }[];
  };
  return said.generation ?? said.outputs?.[0]?.text ?? said.choices?.[0]?.text ?? '';
}
