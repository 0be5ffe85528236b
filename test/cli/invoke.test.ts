import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CreateCustomModelDeploymentCommand, GetCustomModelDeploymentCommand } from '@aws-sdk/client-bedrock';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bedrockPipeline } from '../support/bedrock.ts';
import { eventually } from '../support/eventually.ts';
import { sharedRegion, temporaryDirectory } from '../support/region.ts';
import { cli } from './support/cli.ts';

interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

/** SageMaker's runtime, as far as one answer goes. */
async function runtime(reply: (request: { url: string; type: string; body: string }) => Reply) {
  const server = createServer(async (request: IncomingMessage, response) => {
    const {
      status = 200,
      headers = {},
      body,
    } = reply({
      url: request.url ?? '',
      type: request.headers['content-type'] ?? '',
      body: await text(request),
    });
    response.writeHead(status, headers).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
}

it('sends texts as JSON Lines, and prints the answers', async () => {
  const env = await runtime(({ url, type, body }) => ({
    headers: { 'content-type': 'application/jsonlines' },
    body: `${body
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.stringify({ url, type, asked: JSON.parse(line) }))
      .join('\n')}\n`,
  }));
  const answer = (asked: string) => ({
    url: '/endpoints/reviews/invocations',
    type: 'application/jsonlines',
    asked: { text: asked },
  });
  const plain = await cli(['invoke', 'reviews', '--text', 'fine'], { env });
  expect(plain).toEqual({ exitCode: 0, stdout: `${JSON.stringify(answer('fine'))}\n`, stderr: '' });
  const json = await cli(['invoke', 'reviews', '--text', 'fine', '--text', 'bad', '--json'], { env });
  expect(JSON.parse(json.stdout)).toMatchObject({ endpoint: 'reviews', answers: [answer('fine'), answer('bad')] });
});

it('asks a model as it was trained: with prompts, or a message of a chat', async () => {
  const env = await runtime(({ body }) => ({ body }));
  const prompts = await cli(['invoke', 'reviews', '--prompt', 'a', '--prompt', 'b'], { env });
  expect(prompts.stdout).toBe('{"prompt":"a"}\n{"prompt":"b"}\n');
  const message = await cli(['invoke', 'reviews', '--message', 'hi'], { env });
  expect(message.stdout).toBe('{"messages":[{"role":"user","content":"hi"}]}\n');
});

it('sends a JSON document, or a file by its type', async () => {
  const env = await runtime(({ type, body }) => ({ body: `${type}: ${body}` }));
  const document = await cli(['invoke', 'reviews', '--json', '{"a": 1}'], { env });
  expect(JSON.parse(document.stdout)).toMatchObject({ body: 'application/json: {"a": 1}' });

  const cwd = await temporaryDirectory();
  await writeFile(join(cwd, 'rows.csv'), '1,2\n');
  const file = await cli(['invoke', 'reviews', '--file', 'rows.csv'], { env, cwd });
  expect(file).toMatchObject({ exitCode: 0, stdout: 'text/csv: 1,2\n' });
});

it('tells what the model failed with', async () => {
  const env = await runtime(() => ({
    status: 424,
    headers: { 'x-amzn-errortype': 'ModelError' },
    body: JSON.stringify({ Message: 'Received error', OriginalStatusCode: 500, OriginalMessage: 'KeyError: text' }),
  }));
  const { exitCode, stderr } = await cli(['invoke', 'reviews', '--text', 'x'], { env });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('the model answered 500: KeyError: text');
  expect(stderr).toContain('/aws/sagemaker/Endpoints/reviews');
});

it('tells that there is no such endpoint', async () => {
  const env = await runtime(() => ({
    status: 400,
    headers: { 'x-amzn-errortype': 'ValidationError' },
    body: JSON.stringify({ message: 'Endpoint reviews of account 000000000000 not found.' }),
  }));
  const { exitCode, stdout } = await cli(['invoke', 'reviews', '--text', 'x', '--json'], { env });
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'EndpointNotFound' } });
});

it.each([
  [['--json'], 'give one of --text TEXT, --prompt TEXT, --message TEXT, --json DOCUMENT and --file FILE'],
  [
    ['--text', 'x', '--file', 'f'],
    'give one of --text TEXT, --prompt TEXT, --message TEXT, --json DOCUMENT and --file FILE',
  ],
  [['--json', '{'], 'not JSON'],
  [['--file', 'nowhere.json'], 'cannot read nowhere.json: no such file'],
  [['--file', '.'], 'cannot read .: it is a directory'],
])('refuses %s', async (args, message) => {
  const { exitCode, stdout, stderr } = await cli(['invoke', 'reviews', ...args]);
  expect(exitCode).toBe(2);
  expect(stdout + stderr).toContain(message);
});

describe('what Bedrock serves', () => {
  it('is asked by Converse, row by row, in the words in which the model was trained', async () => {
    const bedrock = await bedrockPipeline();
    const { run, model } = await bedrock.customized();
    const command = new CreateCustomModelDeploymentCommand({
      modelDeploymentName: run.name,
      modelArn: model.customModel,
    });
    const { customModelDeploymentArn: arn } = await bedrock.world.bedrock.send(command);
    const identifier = { customModelDeploymentIdentifier: run.name };
    await eventually('the deployment is active', async () => {
      const { status } = await bedrock.world.bedrock.send(new GetCustomModelDeploymentCommand(identifier));
      return status === 'Active' ? true : undefined;
    });
    const env = {
      ...sharedRegion().env,
      AWS_ENDPOINT_URL_BEDROCK: bedrock.world.url,
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: bedrock.world.url,
    };
    const plain = await cli(['invoke', run.name, '--prompt', 'Is product 1 any good?'], { env });
    expect(plain).toEqual({ exitCode: 0, stdout: 'negative\n', stderr: '' });
    const byArn = await cli(['invoke', arn ?? '', '--message', 'Is it good?', '--message', 'Is it?', '--json'], {
      env,
    });
    expect(JSON.parse(byArn.stdout)).toMatchObject({ answers: ['negative', 'negative'], model: arn });
    const text = await cli(['invoke', run.name, '--text', 'It broke'], { env });
    expect(text).toMatchObject({ stdout: 'negative\n', stderr: expect.stringContaining('train.prompt') });

    const misspelt = await cli(['invoke', `${run.name}x`, '--prompt', 'x'], { env });
    expect(misspelt.stderr).toContain(`did you mean ${run.name}?`);
    const table = await cli(['invoke', run.name, '--json', '{"rows": 1}'], { env });
    expect(table).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('a model of Bedrock is asked with') });
  });
});
