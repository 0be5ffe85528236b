import { Command } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { withExamples } from '../../help.ts';

/** `temper dev messages`: what people would have been told. */
export function messagesCommand(context: Context) {
  const command = new Command('messages')
    .description('show what the topic of the laptop region was told by notify:')
    .action(async () => {
      const { messages, renderMessages } = await import('../../dev/messages.ts');
      const told = await messages(context);
      context.output.result({ messages: told }, renderMessages(told, context));
    });
  return withExamples(command, ['temper dev messages', 'what people would have in their mail']);
}
