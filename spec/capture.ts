/** What an endpoint keeps of its traffic. */
import { s3Keys } from './naming.ts';
import type { Spec } from './spec.ts';

export interface Capture {
  /** Of the requests, in whole percents. */
  readonly percentage: number;
  /** Address of the prefix below which SageMaker writes. */
  readonly uri: string;
  readonly kmsKey?: string;
}

/** What the spec asks the endpoint to keep; `undefined` where that is nothing, or there is no endpoint. */
export function captureOf({ name, deploy }: Pick<Spec, 'name' | 'deploy'>, bucket: string): Capture | undefined {
  if (deploy.to !== 'sagemaker-endpoint' || !deploy.capture) return undefined;
  const { share, to = `s3://${bucket}/${s3Keys.capture(name)}`, kmsKey } = deploy.capture;
  return { percentage: Math.round(share * 100), uri: to, ...(kmsKey !== undefined && { kmsKey }) };
}
