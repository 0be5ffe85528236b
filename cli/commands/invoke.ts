import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';
import { repeated } from '../options.ts';

/** `temper invoke NAME`: ask a served model. */
export function invokeCommand(context: Context) {
  const command = new Command('invoke')
    .description('ask a served model, of SageMaker or of Bedrock')
    .argument(
      '<name>',
      'under which it is served: of an endpoint, or of a deployment, throughput or imported model of Bedrock, or its ARN',
    )
    .option('--text <text>', 'a text to classify; may be repeated', repeated)
    .option('--prompt <text>', 'a prompt to complete; may be repeated', repeated)
    .option('--message <text>', 'a message to answer, of a chat; may be repeated', repeated)
    .option('--json [document]', 'print the answer as one JSON document; with a document, send it as it is')
    .option('--file <file>', 'send a file: .jsonl, .json, .csv or plain text')
    .option('--region <region>', 'AWS region to look in')
    .action(async (name, { text = [], prompt = [], message = [], json, file, region }) => {
      const { readRequest } = await import('../endpoints/request.ts');
      const { invoke } = await import('../endpoints/invoke.ts');
      const document = typeof json === 'string' ? json : undefined;
      const request = await readRequest(context, { text, prompt, message, document, file });
      const answer = await invoke(context, name, request, region);
      context.output.result({ endpoint: name, ...answer }, answer.body);
    });
  return withExamples(
    command,
    ['temper invoke product-reviews --text "the battery died after a week"', 'ask about a text'],
    ['temper invoke support-chat --message "how do I reset it?"', 'ask a model that was trained on chats'],
    [`temper invoke product-reviews --json '{"text": "works like a charm"}'`, 'send a document as it is'],
    ['temper invoke product-reviews --file reviews.jsonl', 'ask about every row of a file'],
  );
}
