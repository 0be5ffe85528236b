/** Questions to whoever sits at the terminal. */
import { createInterface } from 'node:readline/promises';
import type { Context } from './context.ts';
import { EXIT } from './errors.ts';

/** Whether somebody is there to answer. */
export function canAsk({ stdin, output }: Pick<Context, 'stdin' | 'output'>): boolean {
  return stdin.isTTY === true && output.asks;
}

/** Asks a question; the answer without space around it, or `undefined` for Ctrl-C, Ctrl-D and where nobody is there. */
export async function ask(
  context: Pick<Context, 'stdin' | 'output' | 'signal'>,
  question: string,
): Promise<string | undefined> {
  if (!canAsk(context)) return undefined;
  const { stdin, output, signal } = context;
  output.question(question);
  const lines = createInterface({ input: stdin });
  try {
    return await new Promise<string | undefined>((resolve) => {
      lines.once('line', (line) => resolve(line.trim()));
      lines.once('close', () => resolve(undefined));
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
  } finally {
    lines.close();
    // An open terminal would keep the process running.
    stdin.pause();
  }
}

/** Asks a question to be answered with yes or no; anything but yes is no. */
export async function confirm(
  context: Pick<Context, 'stdin' | 'output' | 'signal'>,
  question: string,
): Promise<boolean> {
  const answer = await ask(context, `${question} [y/N] `);
  return /^y(es)?$/i.test(answer ?? '');
}

/**
 * Asks whether to go on with what bills or cannot be undone. A no sets the exit code, and is told.
 *
 * @param instead what a no comes to: `nothing was started`
 */
export async function consents(context: Context, question: string, instead: string): Promise<boolean> {
  if (await confirm(context, `  ${question}`)) return true;
  context.exitCode = context.signal.aborted ? EXIT.interrupted : EXIT.failed;
  context.output.note({ code: 'declined', text: `  ${instead}` });
  return false;
}
