import { expect, it } from 'vitest';
import { parseSpec } from '../../../spec/parse.ts';

const problemOf = (rule: string): string | undefined => {
  const parsed = parseSpec(`name: reviews
data: { source: s3://bucket/data/ }
train: { engine: sagemaker, script: train.py }
deploy: { to: sagemaker-endpoint, capture: { share: 1 } }
retrain:
  every: 1d
  when:
    liveMetric: { rule: "${rule}", labels: s3://bucket/labels/ }
`);
  return parsed.ok ? undefined : parsed.problems.map(({ message }) => message).join('\n');
};

it.each([
  ['accuracy < 0.80', undefined],
  ['exact_match <= 0.5', undefined],
  ['accuracy < champion - 0.02', /live answers have no champion beside them; write it as "accuracy < 0\.80"/],
  ['judge_score < 0.7', /judge_score is not measured of live answers; one of accuracy, .* is/],
  ['accuracy < 80', /accuracy lies between 0 and 1; did you mean 0\.80\?/],
  ['accuracy below 0.8', /not a gate rule: "accuracy below 0\.8"/],
])('%s as a rule of live answers', (rule, problem) => {
  if (problem) expect(problemOf(rule)).toMatch(problem);
  else expect(problemOf(rule)).toBeUndefined();
});
