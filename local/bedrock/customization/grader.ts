import { isObject, type Json } from '../../aws/model.ts';
import { JobFailure } from '../jobs.ts';

/** Rewards of samples, in their order. */
export type Grade = (samples: readonly Json[]) => Promise<number[]>;

/** Samples that a function gets at a time. */
const BATCH = 100;
const TIMEOUT_MS = 15 * 60_000;

/**
 * Asks a Lambda function of the region, with a list of `{id, messages, metadata}` that it answers by a list of
 * `{id, aggregate_reward_score}`. What is no such answer fails the job.
 */
export function lambdaGrader(endpoint: string, arn: string, signal: AbortSignal): Grade {
  return async (samples) => {
    const rewards: number[] = [];
    for (let start = 0; start < samples.length; start += BATCH) {
      const batch = samples
        .slice(start, start + BATCH)
        .map((sample, index) => ({ id: String(start + index), ...sample }));
      const answer = await invoked(endpoint, arn, batch, signal);
      const scores = new Map(
        answer.filter(isObject).map((each) => [String(each.id), Number(each.aggregate_reward_score)]),
      );
      for (const { id } of batch) {
        const reward = scores.get(id) ?? Number.NaN;
        if (Number.isNaN(reward))
          throw new JobFailure(`The grader ${arn} returned no aggregate_reward_score for the sample ${id}`);
        rewards.push(reward);
      }
    }
    return rewards;
  };
}

async function invoked(endpoint: string, arn: string, event: unknown, signal: AbortSignal): Promise<unknown[]> {
  const response = await fetch(`${endpoint}/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`, {
    method: 'POST',
    body: JSON.stringify(event),
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  const text = await response.text();
  if (!response.ok || response.headers.has('x-amz-function-error'))
    throw new JobFailure(`The grader ${arn} failed: ${text.slice(0, 500)}`);
  const answer: unknown = JSON.parse(text);
  if (!Array.isArray(answer)) throw new JobFailure(`The grader ${arn} returned no list: ${text.slice(0, 500)}`);
  return answer;
}
