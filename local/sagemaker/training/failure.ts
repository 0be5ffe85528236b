import { open } from 'node:fs/promises';
import type { Exit } from '../containers.ts';
import type { Tail } from '../lines.ts';

/** AWS keeps this much of a reason. */
export const MAX_REASON = 1024;

/** What a job failed of, as the training toolkit and AWS tell it. */
export async function failureReason(
  failureFile: string,
  exit: Exit,
  command: readonly string[],
  tail: Tail,
): Promise<string> {
  const told = await firstCharacters(failureFile);
  const suffix = `, exit code: ${exit.code}`;
  if (told) return `AlgorithmError: ${told}`.slice(0, MAX_REASON - suffix.length) + suffix;
  const head = `AlgorithmError: ExecuteUserScriptError:\nExitCode ${exit.code}\nErrorMessage "`;
  const killed = exit.code === 137 ? '\nExtraInfo "OutOfMemory: Process killed by SIGKILL (signal 9)"' : '';
  const foot = `"${killed}\nCommand "${command.join(' ').slice(0, 300)}"${suffix}`;
  return head + tail.error(MAX_REASON - head.length - foot.length) + foot;
}

async function firstCharacters(file: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(4 * MAX_REASON), 0, 4 * MAX_REASON, 0);
      return buffer.subarray(0, bytesRead).toString('utf8').slice(0, MAX_REASON).trim();
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}
