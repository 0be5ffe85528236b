/** One thing that the doctor looks at, and what it found. */
import { awsFailure } from '../endpoints/aws-failure.ts';
import { UserError } from '../errors.ts';

export interface Verdict {
  /** `skipped` where it could not be looked at, or need not be; the message says why. */
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly message: string;
  /** What to do, where it failed. */
  readonly fix?: string;
}

export interface Check extends Verdict {
  /** Stable: `worker`. */
  readonly check: string;
}

export const passed = (message: string): Verdict => ({ status: 'passed', message });
export const failed = (message: string, fix: string): Verdict => ({ status: 'failed', message, fix });
export const skipped = (message: string): Verdict => ({ status: 'skipped', message });

/** Looks; what goes wrong while looking is a failed check, and not the end of the others. */
export async function check(name: string, look: () => Verdict | Promise<Verdict>): Promise<Check> {
  try {
    return { check: name, ...(await look()) };
  } catch (error) {
    const told = awsFailure(error, `look at the ${name}`);
    const message = told instanceof Error ? told.message : String(told);
    const fix = told instanceof UserError ? told.fix : undefined;
    return { check: name, ...failed(message, fix ?? 'run it again with --debug for the details') };
  }
}

/** The same checks, none of which can be looked at. */
export function skipAll(names: readonly string[], why: string): Check[] {
  return names.map((name) => ({ check: name, ...skipped(why) }));
}
