import { userInfo } from 'node:os';
import type { Context } from './context.ts';

/** Who sits here, for what people are to know of what was done: `TEMPER_USER`, else the user of this machine. */
export function whoIs({ env }: Pick<Context, 'env'>): string {
  return env.TEMPER_USER || userInfo().username;
}
