import { handedDown } from '../spec/version.ts';
import type { RunContext } from './context.ts';

/** Whose model is handed over, and what its version keeps of the run. */
export function handOverOf({ run, account, progress }: RunContext) {
  return { run, account, record: handedDown(progress.record) };
}
