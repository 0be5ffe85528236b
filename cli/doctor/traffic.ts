import { BedrockClient } from '@aws-sdk/client-bedrock';
import { invocationLogs } from '../../activities/bedrock/invocation-logging.ts';
import { errorTypeOf } from '../../activities/errors.ts';
import { parseS3Uri, s3Uri } from '../../activities/s3-uri.ts';
import { captureOf } from '../../spec/capture.ts';
import type { Spec } from '../../spec/spec.ts';
import { failed, passed, skipped, type Verdict } from './check.ts';
import { IMPATIENT } from './impatient.ts';

/** What of a spec says where the traffic of its model is kept. */
export type Watched = Pick<Spec, 'name' | 'deploy' | 'retrain'>;

/** Whether it is of interest to the spec what the served model is asked. */
export const watchesTraffic = ({ deploy, retrain }: Watched): boolean =>
  (deploy.to === 'sagemaker-endpoint' && deploy.capture !== undefined) ||
  retrain?.when?.drift !== undefined ||
  retrain?.when?.liveMetric !== undefined;

/**
 * Whether what the served model is asked will be kept.
 *
 * @param runBucket of the run
 * @param look at a bucket: there, in the region, to be written to
 */
export async function trafficVerdict(
  region: string,
  spec: Watched,
  runBucket: string | undefined,
  look: (bucket: string) => Promise<Verdict>,
): Promise<Verdict> {
  if (spec.deploy.to !== 'sagemaker-endpoint') return loggingVerdict(region, runBucket);
  const capture = captureOf(spec, runBucket ?? '');
  if (!capture) return failed('the endpoint keeps nothing of what it is asked', 'give deploy.capture in the spec');
  const { bucket } = parseS3Uri(capture.uri);
  const verdict = bucket === runBucket ? passed('') : await look(bucket);
  return verdict.status === 'passed' ? passed(`${capture.percentage} % of it will be kept in ${capture.uri}`) : verdict;
}

async function loggingVerdict(region: string, runBucket: string | undefined): Promise<Verdict> {
  try {
    const logs = await invocationLogs(new BedrockClient({ region, ...IMPATIENT }), runBucket);
    if ('problem' in logs) return failed(logs.problem, logs.fix);
    return passed(`model invocation logging keeps it in ${s3Uri(logs.bucket, logs.keyPrefix ?? '')}`);
  } catch (error) {
    if (errorTypeOf(error) !== 'AccessDenied') throw error;
    return skipped('these credentials may not ask (bedrock:GetModelInvocationLoggingConfiguration)');
  }
}
