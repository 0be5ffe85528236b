import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { Context } from '@temporalio/activity';
import { type ConversePrompt, conversePrompt, type Wording } from '../../spec/bedrock/question.ts';
import { canonicalExample } from '../../spec/data/examples.ts';
import type { SmokeTest } from '../../spec/deployment.ts';
import { askedBy, type RunRef, splitFile } from '../../spec/naming.ts';
import type { DataSet } from '../../spec/record.ts';
import type { AwsClients } from '../aws.ts';
import { errorTypeOf, failure, translateAwsError } from '../errors.ts';
import { objectLines } from '../s3-lines.ts';
import { completion } from './imported.ts';

const SHOWN_CHARACTERS = 200;
const LONGEST_ANSWER_TOKENS = 512;

/** What is asked where the data has no test split. */
const GREETING: ConversePrompt = { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] };

/** The first row of the test split, as evaluation asks it. */
async function firstPrompt({ s3 }: AwsClients, { kind, splits }: DataSet, wording: Wording): Promise<ConversePrompt> {
  if (!splits.test) return GREETING;
  for await (const line of objectLines(s3, `${splits.test.uri}${splitFile('test')}`)) {
    return conversePrompt(canonicalExample(kind, line), wording);
  }
  return GREETING;
}

/** What was asked, as callers see it. */
export interface Asked {
  readonly arn: string;
  readonly name: string;
  /** False for an imported model that takes a prompt alone. */
  readonly converses?: boolean;
}

async function answerTo(
  { bedrockRuntime }: AwsClients,
  { arn, converses = true }: Asked,
  prompt: ConversePrompt,
  run: RunRef,
): Promise<string> {
  // A model may take a minute to answer, and a worker that is told to stop has less.
  const abortSignal = Context.current().cancellationSignal;
  if (!converses) return completion(bedrockRuntime, arn, prompt, abortSignal);
  const inferenceConfig = { maxTokens: LONGEST_ANSWER_TOKENS, temperature: 0 };
  const command = new ConverseCommand({ modelId: arn, ...prompt, inferenceConfig, requestMetadata: askedBy(run) });
  const { output } = await bedrockRuntime.send(command, { abortSignal });
  return (output?.message?.content ?? []).map(({ text = '' }) => text).join('');
}

/**
 * Asks what serves one row. `SmokeTestFailed` where it refuses or says nothing; what it says has been judged by the
 * evaluation. A model that Bedrock loads first answers the next attempt.
 */
export async function converseTest(
  clients: AwsClients,
  asked: Asked,
  { run, data, wording }: { readonly run: RunRef; readonly data: DataSet; readonly wording: Wording },
): Promise<SmokeTest> {
  const { name } = asked;
  const prompt = await firstPrompt(clients, data, wording);
  const input = prompt.messages.at(-1)?.content[0]?.text.slice(0, SHOWN_CHARACTERS) ?? '';
  const started = performance.now();
  const output = await answerTo(clients, asked, prompt, run).catch((error: unknown) => {
    if (errorTypeOf(error) !== 'InvalidRequest') throw translateAwsError(error, `ask ${name}`);
    throw failure('SmokeTestFailed', `${name} refused ${JSON.stringify(input)}: ${(error as Error).message}`, error);
  });
  if (output.trim() === '') throw failure('SmokeTestFailed', `${name} answered ${JSON.stringify(input)} with nothing`);
  return {
    input,
    output: output.trim().slice(0, SHOWN_CHARACTERS),
    milliseconds: Math.round(performance.now() - started),
  };
}
