/**
 * What a customization job writes of its steps, CSV files below its output: `step_wise_training_metrics.csv` with
 * `step_number, epoch_number, training_loss, perplexity`, and `validation_metrics.csv` alike. AWS's documentation and
 * samples disagree about the directories, so they are found by the ends of their names.
 */
import type { S3Client } from '@aws-sdk/client-s3';
import { parse } from 'csv-parse/sync';
import { type Metric, recordedNumber } from '../../spec/numbers.ts';
import { keysUnder, objectLines } from '../s3-lines.ts';
import { parseS3Uri, s3Uri } from '../s3-uri.ts';

/** A line of one of the files: its numbers by the names of their columns. */
export interface StepRow {
  readonly of: 'training' | 'validation';
  readonly values: Readonly<Record<string, number>>;
}

const FILES = [
  { of: 'training', suffix: 'training_metrics.csv' },
  { of: 'validation', suffix: 'validation_metrics.csv' },
] as const;

/** Which step a line is of, not how it went. */
const COUNTERS = new Set(['step_number', 'epoch_number']);

function rowOf(header: string, line: string): StepRow['values'] {
  const [row = {}] = parse(`${header}\n${line}`, {
    columns: true,
    trim: true,
    bom: true,
    relax_column_count: true,
  }) as Record<string, string>[];
  const numbers = Object.entries(row).filter(([, text]) => text !== '');
  return Object.fromEntries(numbers.map(([name, text]) => [name, Number(text)]));
}

async function* linesOf(
  s3: S3Client,
  output: string,
): AsyncGenerator<{ of: StepRow['of']; header: string; line: string }> {
  const { bucket, key } = parseS3Uri(output);
  const keys = await keysUnder(s3, bucket, key);
  for (const { of, suffix } of FILES) {
    for (const found of keys.filter((each) => each.endsWith(suffix))) {
      let header: string | undefined;
      for await (const line of objectLines(s3, s3Uri(bucket, found))) {
        if (header !== undefined) yield { of, header, line };
        header ??= line;
      }
    }
  }
}

/** All steps that the job has written so far, those of training first. */
export async function* steps(s3: S3Client, output: string): AsyncGenerator<StepRow> {
  for await (const { of, header, line } of linesOf(s3, output)) yield { of, values: rowOf(header, line) };
}

/** `perplexity` is that of training. */
const metricName = (of: StepRow['of'], column: string): string =>
  of === 'training' || column.startsWith('validation') ? column : `validation_${column}`;

/** The last of each metric that the job has written so far, nothing before there is any. */
export async function lastMetrics(s3: S3Client, output: string): Promise<Record<string, Metric>> {
  const last = new Map<StepRow['of'], { header: string; line: string }>();
  for await (const { of, header, line } of linesOf(s3, output)) last.set(of, { header, line });
  const metrics: Record<string, Metric> = {};
  for (const [of, { header, line }] of last) {
    for (const [column, value] of Object.entries(rowOf(header, line))) {
      if (!COUNTERS.has(column)) metrics[metricName(of, column)] = recordedNumber(value);
    }
  }
  return metrics;
}
