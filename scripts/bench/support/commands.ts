/** Commands in this process: many at once, where as many processes would be what is measured. */
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runCli } from '../../../cli/cli.ts';

/** Runs a command to its end. Throws what it said where it ends with another exit code than 0. */
export async function command(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const said = Promise.all([text(stdout), text(stderr)]);
  const { signal } = new AbortController();
  const code = await runCli(argv, { stdin: Readable.from([]), stdout, stderr, env, cwd: process.cwd(), signal });
  stdout.end();
  stderr.end();
  if (code !== 0) throw new Error(`temper ${argv.join(' ')} ended with ${code}: ${(await said).join('')}`);
}
