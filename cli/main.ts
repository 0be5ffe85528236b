#!/usr/bin/env node
/** The `temper` command: gives the process to the command line. */
import { runCli } from './cli.ts';
import { EXIT } from './errors.ts';

// Which Node versions temper runs on is temper's to say, not each SDK's at each command.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // Asked twice, leave at once: whatever is still being waited for is not worth it to this person.
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
    interrupt.abort();
  });
}

process.exitCode = await runCli(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  signal: interrupt.signal,
});
