import { randomInt } from 'node:crypto';
import type { Context } from './context.ts';

const CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const LENGTH = 12;

/** What ARNs of Bedrock end with. */
export function newId(): string {
  return Array.from({ length: LENGTH }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join('');
}

export type Kind =
  | 'model-customization-job'
  | 'custom-model'
  | 'custom-model-deployment'
  | 'provisioned-model'
  | 'model-invocation-job'
  | 'evaluation-job'
  | 'model-import-job'
  | 'imported-model';

/** The ARN of something of the account; `path` is its id, after that of its model where it has one. */
export function arnOf({ region, account }: Context, kind: Kind, path: string): string {
  return `arn:aws:bedrock:${region}:${account}:${kind}/${path}`;
}

export function foundationModelArn({ region }: Context, modelId: string): string {
  return `arn:aws:bedrock:${region}::foundation-model/${modelId}`;
}
