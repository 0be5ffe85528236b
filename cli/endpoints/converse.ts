/** Asks what Bedrock serves: each row of a request by Converse, as evaluation asks it. */
import type { AwsClients } from '../../activities/aws.ts';
import { completion } from '../../activities/deployment/imported.ts';
import { Asker } from '../../activities/evaluation/converse/ask.ts';
import { Limiter } from '../../activities/evaluation/converse/limiter.ts';
import { type ConversePrompt, conversePrompt, QUESTIONS_AT_ONCE } from '../../spec/bedrock/question.ts';
import { type Example, ROLES } from '../../spec/data/examples.ts';
import { isBedrock } from '../../spec/engine.ts';
import type { Context } from '../context.ts';
import { UserError, usageError } from '../errors.ts';
import { patiently } from '../orphans/listing.ts';
import { readInput } from '../runs/records.ts';
import { withTemporal } from '../temporal.ts';
import type { Answer } from './invoke.ts';
import type { InvokeRequest } from './request.ts';
import type { Served } from './served.ts';

const LONGEST_ANSWER_TOKENS = 512;
/** How a text is asked where nothing else is known. */
const AS_IT_IS = '{text}';

/** The documents of a request, one a question. */
function rowsOf({ contentType, body }: InvokeRequest): unknown[] {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  try {
    switch (contentType) {
      case 'application/jsonlines':
        return text
          .split('\n')
          .filter((line) => line.trim() !== '')
          .map((line): unknown => JSON.parse(line));
      case 'application/json':
        return [JSON.parse(text)];
      case 'text/plain':
        return [{ prompt: text }];
    }
  } catch (error) {
    throw usageError('InvalidJson', `not JSON: ${(error as Error).message}`);
  }
  throw usageError(
    'Usage',
    `Bedrock's models are not asked with ${contentType}`,
    'give JSON Lines, JSON or plain text',
  );
}

const NOT_A_ROW = 'a model of Bedrock is asked with {"text"}, {"prompt"} or {"messages": [{"role", "content"}]}';

function exampleOf(row: unknown): Example {
  const { text, prompt, system, messages } = (row ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof text === 'string') return { kind: 'classification', text, label: '' };
  if (typeof prompt === 'string') {
    return { kind: 'completion', prompt, completion: '', ...(typeof system === 'string' && { system }) };
  }
  if (!Array.isArray(messages) || messages.length === 0) {
    throw usageError('Usage', `${NOT_A_ROW}, received ${JSON.stringify(row).slice(0, 200)}`);
  }
  const turns = messages.map((message: { role?: unknown; content?: unknown }) => {
    const role = ROLES.find((each) => each === message?.role);
    if (!role || typeof message.content !== 'string')
      throw usageError('Usage', `${NOT_A_ROW}, received ${JSON.stringify(message).slice(0, 200)}`);
    return { role, content: message.content };
  });
  // An example ends with its answer, which is what is asked for.
  return { kind: 'chat', messages: [...turns, { role: 'assistant', content: '' }] };
}

/** How the run asked a text when it trained the model; nothing where that cannot be found out. */
async function promptOf(context: Context, run: string | undefined): Promise<string | undefined> {
  if (run === undefined) return undefined;
  try {
    const { spec } = await withTemporal(context, (temporal) => readInput(temporal, run));
    return isBedrock(spec) ? spec.train.prompt : AS_IT_IS;
  } catch {
    return undefined;
  }
}

async function questionsOf(context: Context, { run }: Served, request: InvokeRequest): Promise<ConversePrompt[]> {
  const examples = rowsOf(request).map(exampleOf);
  const hasTexts = examples.some(({ kind }) => kind === 'classification');
  const prompt = hasTexts ? await promptOf(context, run) : AS_IT_IS;
  if (prompt === undefined) {
    context.output.note({
      code: 'invoke.prompt-unknown',
      text: '  asked with the text alone: the run that trained the model, and its train.prompt, are not known here',
    });
  }
  return examples.map((example) => conversePrompt(example, { prompt: prompt ?? AS_IT_IS }));
}

interface Said {
  readonly text: string;
  /** Absent where the model does not tell. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

/** Asks by Converse, several at once; waits where AWS asks for patience, or loads the model first. */
async function byConverse(
  { signal }: Context,
  { bedrockRuntime }: AwsClients,
  { arn: modelId }: Served,
  questions: readonly ConversePrompt[],
): Promise<Said[]> {
  const options = { modelId, maxTokens: LONGEST_ANSWER_TOKENS, temperature: 0 };
  const asker = new Asker(bedrockRuntime, options, new Limiter(QUESTIONS_AT_ONCE, signal), signal);
  const replies = await Promise.all(questions.map((question, order) => asker.ask(question, order)));
  return replies.map((reply) => {
    if ('refused' in reply) throw new UserError('ModelError', `the model refused: ${reply.refused}`);
    return reply;
  });
}

/** Asks an imported model that takes no conversations, one question after the other; waits while Bedrock loads it. */
async function byPrompt(
  { signal }: Context,
  { bedrockRuntime }: AwsClients,
  { arn }: Served,
  questions: readonly ConversePrompt[],
): Promise<Said[]> {
  const said: Said[] = [];
  for (const question of questions) {
    said.push({ text: await patiently(() => completion(bedrockRuntime, arn, question, signal)) });
  }
  return said;
}

/** Asks every row of a request. */
export async function askServed(
  context: Context,
  clients: AwsClients,
  served: Served,
  request: InvokeRequest,
): Promise<Answer> {
  const questions = await questionsOf(context, served, request);
  const started = performance.now();
  const said = await (served.converses ? byConverse : byPrompt)(context, clients, served, questions);
  const texts = said.map(({ text }) => text);
  return {
    contentType: 'text/plain',
    body: texts.join('\n'),
    answers: texts,
    model: served.arn,
    ...(served.converses && {
      tokens: {
        input: said.reduce((sum, { inputTokens = 0 }) => sum + inputTokens, 0),
        output: said.reduce((sum, { outputTokens = 0 }) => sum + outputTokens, 0),
      },
    }),
    milliseconds: Math.round(performance.now() - started),
  };
}
