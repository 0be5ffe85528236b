import { Command } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';

/** `temper dev`: the laptop region. */
export function devCommand(_context: Context) {
  return new Command('dev').description('the laptop region: Temporal, S3 and SageMaker on this machine');
}
