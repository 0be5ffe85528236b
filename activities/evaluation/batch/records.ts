/** What batch inference reads and writes (docs.aws.amazon.com/bedrock/latest/userguide/batch-inference-data.html). */
import type { S3Client } from '@aws-sdk/client-s3';
import { conversePrompt, type Wording } from '../../../spec/bedrock/question.ts';
import { jsonLine } from '../../../spec/data/examples.ts';
import type { DataSet } from '../../../spec/record.ts';
import type { Content } from '../../data/content.ts';
import { LineFile } from '../../data/line-file.ts';
import type { Scratch } from '../../data/scratch.ts';
import { keysUnder, objectLines } from '../../s3-lines.ts';
import { parseS3Uri } from '../../s3-uri.ts';
import { type ConverseOutput, type Refusal, type Reply, replyIn } from '../converse/ask.ts';
import { testExamples } from '../converse/test-examples.ts';
import { ByRow } from './by-row.ts';

/** AWS keeps no order: the id is the row. Eleven characters, as in AWS's examples. */
const recordId = (row: number): string => `R${String(row).padStart(10, '0')}`;
const rowOf = (id: unknown): number => Number(/^R(\d{10})$/.exec(String(id))?.[1] ?? Number.NaN);

/** The input of a job: each row of the test split as Converse is asked. */
export async function questionFile(
  s3: S3Client,
  scratch: Scratch,
  data: DataSet,
  wording: Wording,
  inferenceConfig: { readonly maxTokens: number; readonly temperature: number },
): Promise<Content> {
  const lines = new LineFile(scratch);
  for await (const example of testExamples(s3, data)) {
    const modelInput = { ...conversePrompt(example, wording), inferenceConfig };
    lines.add(Buffer.from(jsonLine({ recordId: recordId(lines.rows + 1), modelInput })));
    await scratch.settle();
  }
  return lines.content;
}

interface OutputLine {
  readonly recordId?: unknown;
  readonly modelOutput?: unknown;
  readonly error?: { readonly errorCode?: unknown; readonly errorMessage?: unknown };
}

/** The answers that a job has left under a prefix, joined on the record's id; rows without one are absent. */
export async function answersUnder(
  s3: S3Client,
  scratch: Scratch,
  uri: string,
  rows: number,
): Promise<ByRow<Reply | Refusal>> {
  const { bucket, key: prefix } = parseS3Uri(uri);
  const answers = new ByRow<Reply | Refusal>(scratch, rows);
  for (const key of await keysUnder(s3, bucket, prefix)) {
    if (!key.endsWith('.jsonl.out')) continue;
    for await (const line of objectLines(s3, `s3://${bucket}/${key}`)) {
      const { recordId: id, modelOutput, error } = JSON.parse(line) as OutputLine;
      answers.set(
        rowOf(id),
        modelOutput === undefined
          ? { refused: String(error?.errorMessage ?? error?.errorCode ?? 'no reason given') }
          : replyIn(modelOutput as ConverseOutput),
      );
      await scratch.settle();
    }
  }
  return answers;
}
