import type { S3Client } from '@aws-sdk/client-s3';
import { canonicalExample, type Example } from '../../../spec/data/examples.ts';
import { splitFile } from '../../../spec/naming.ts';
import type { DataSet } from '../../../spec/record.ts';
import { failure } from '../../errors.ts';
import { objectLines } from '../../s3-lines.ts';

/** The examples of the test split, in their order. */
export async function* testExamples(s3: S3Client, { kind, splits }: DataSet): AsyncGenerator<Example> {
  if (!splits.test) throw failure('InvalidSpec', 'evaluation needs a test split, and the data set has none');
  for await (const line of objectLines(s3, `${splits.test.uri}${splitFile('test')}`))
    yield canonicalExample(kind, line);
}
