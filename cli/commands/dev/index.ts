import { Command } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { downCommand } from './down.ts';
import { envCommand } from './env.ts';
import { messagesCommand } from './messages.ts';
import { statusCommand } from './status.ts';
import { upCommand } from './up.ts';

/** `temper dev`: the laptop region. */
export function devCommand(context: Context) {
  return new Command('dev')
    .description('the laptop region: Temporal, S3, SageMaker and Bedrock on this machine')
    .summary('the laptop region, on this machine')
    .addCommand(upCommand(context))
    .addCommand(downCommand(context))
    .addCommand(statusCommand(context))
    .addCommand(envCommand(context))
    .addCommand(messagesCommand(context));
}
