import { expect, it } from 'vitest';
import { captureOf } from '../../spec/capture.ts';
import { parseSpec } from '../../spec/parse.ts';

const spec = (capture: string, to = 'sagemaker-endpoint') =>
  parseSpec(`
name: reviews
data: { source: reviews.jsonl, split: { test: 0.2 } }
train: { engine: sagemaker, script: train.py, image: sklearn }
deploy: { to: ${to}, capture: ${capture} }
`);

const captured = (capture: string) => {
  const result = spec(capture);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return captureOf(result.spec, 'my-bucket');
};
const refused = (capture: string, to?: string) => {
  const result = spec(capture, to);
  return result.ok ? [] : result.problems.map(({ path, message, fix }) => [path, [message, fix].join('; ')]);
};

it("an endpoint keeps its traffic below the run's bucket, or where it is told to", () => {
  expect(captured('{ share: 0.29 }')).toEqual({ percentage: 29, uri: 's3://my-bucket/temper/reviews/capture/' });
  expect(captured('{ share: 1, to: s3://traffic/reviews/, kmsKey: alias/traffic }')).toEqual({
    percentage: 100,
    uri: 's3://traffic/reviews/',
    kmsKey: 'alias/traffic',
  });
});

it.each([
  ['{ share: 0.125 }', 'deploy.capture.share', 'must be in whole percents'],
  ['{ share: 0 }', 'deploy.capture.share', 'at least 0.01'],
  ['{ share: 20 }', 'deploy.capture.share', 'at most 1'],
  ['{ to: s3://traffic/reviews/ }', 'deploy.capture.share', 'missing'],
  ['{ share: 1, to: traffic }', 'deploy.capture.to', 's3://bucket/prefix/'],
])('refuses capture: %s', (capture, path, message) => {
  expect(refused(capture)).toEqual([[path, expect.stringContaining(message)]]);
});

it('only endpoints of SageMaker capture', () => {
  expect(refused('{ share: 1 }', 'none')).toEqual([['deploy.capture', expect.stringContaining('unknown key')]]);
});
