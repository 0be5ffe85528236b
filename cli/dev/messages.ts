/** What was told on the laptop, where nobody gets mail. */
import { type Told, toldTo } from '../../local/index.ts';
import type { Custom } from '../../spec/notices/message.ts';
import type { Context } from '../context.ts';
import { runningRegion } from './env.ts';

export interface Message extends Omit<Told, 'message'> {
  /** Of what temper has not published, a text. */
  readonly message: Custom | string;
}

/** The oldest first. Throws a user error where no region is up. */
export async function messages(context: Pick<Context, 'cwd' | 'env'>): Promise<Message[]> {
  const told = await toldTo(runningRegion(context));
  return told.map(({ message, ...rest }) => ({ ...rest, message: customIn(message) ?? message }));
}

function customIn(text: string): Custom | undefined {
  try {
    const read = JSON.parse(text) as Partial<Custom>;
    return read.source === 'custom' && read.content ? (read as Custom) : undefined;
  } catch {
    return undefined;
  }
}

export function renderMessages(all: readonly Message[], { output }: Pick<Context, 'output'>): string {
  const { bold, dim } = output.style;
  if (all.length === 0)
    return output.hint(
      'the topic was told nothing yet; name it in a spec: notify: { topic: "arn:aws:sns:us-east-1:000000000000:temper" }',
    );
  return all
    .map(({ at, subject, message }) => {
      const { description, nextSteps } =
        typeof message === 'string' ? { description: message, nextSteps: [] } : message.content;
      return [
        `  ${dim(`${at.slice(0, 16).replace('T', ' ')} UTC`)}  ${bold(subject)}`,
        ...description.split('\n').map((line) => `    ${line}`),
        ...nextSteps.map((step) => `    ${dim('next:')} ${step}`),
      ].join('\n');
    })
    .join('\n\n');
}
