/** What an evaluation job of Bedrock leaves, and what it comes to. */
import type { S3Client } from '@aws-sdk/client-s3';
import { type BedrockMetric, bedrockMetric, type MetricValues } from '../../../spec/metrics.ts';
import { failure } from '../../errors.ts';
import { keysUnder, objectLines } from '../../s3-lines.ts';
import { parseS3Uri } from '../../s3-uri.ts';

interface OutputLine {
  readonly automatedEvaluationResult?: {
    readonly scores?: readonly { readonly metricName?: string; readonly result?: number | null }[];
  };
}

export interface JobResults {
  readonly rows: number;
  /** Means over the rows that have the score. */
  readonly metrics: MetricValues;
}

/**
 * Reads the output under a prefix: files that end in `_output.jsonl`, wherever below it they lie, as AWS's paths hold ids
 * of its own. Fails with `InvalidPredictions` where a metric that was asked for has no score.
 */
export async function jobResults(s3: S3Client, uri: string, asked: readonly string[]): Promise<JobResults> {
  const { bucket, key: prefix } = parseS3Uri(uri);
  const sums = new Map<BedrockMetric, { sum: number; rows: number }>();
  let rows = 0;
  for (const key of await keysUnder(s3, bucket, prefix)) {
    if (!key.endsWith('_output.jsonl')) continue;
    for await (const line of objectLines(s3, `s3://${bucket}/${key}`)) {
      rows += 1;
      const { automatedEvaluationResult: result } = JSON.parse(line) as OutputLine;
      for (const { metricName = '', result: value } of result?.scores ?? []) {
        const metric = bedrockMetric(metricName);
        if (!metric || typeof value !== 'number') continue;
        const before = sums.get(metric) ?? { sum: 0, rows: 0 };
        sums.set(metric, { sum: before.sum + value, rows: before.rows + 1 });
      }
    }
  }
  for (const name of asked) {
    const metric = bedrockMetric(name);
    if (metric && !sums.has(metric)) {
      throw failure('InvalidPredictions', `the output under ${uri} has ${rows} rows and none with a score of ${name}`);
    }
  }
  const means = [...sums].map(([metric, { sum, rows: scored }]) => [metric, sum / scored] as const);
  return { rows, metrics: Object.fromEntries(means) };
}
