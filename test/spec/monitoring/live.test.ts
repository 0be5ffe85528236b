import { expect, it } from 'vitest';
import { formatProblems, parseSpec } from '../../../spec/parse.ts';

const problemOf = (rule: string, format = 'classification', of = 'text'): string | undefined => {
  const parsed = parseSpec(`name: reviews
data: { source: s3://bucket/data/, format: ${format} }
train: { engine: sagemaker, script: train.py }
deploy: { to: sagemaker-endpoint, capture: { share: 1 } }
retrain:
  every: 1d
  when:
    drift: { of: [${of}] }
    liveMetric: { rule: "${rule}", labels: s3://bucket/labels/ }
`);
  return parsed.ok ? undefined : formatProblems(parsed.problems);
};

it.each([
  ['accuracy < 0.80', undefined],
  ['exact_match <= 0.5', undefined],
  ['accuracy < champion - 0.02', /live answers have no champion beside them; write it as "accuracy < 0\.80"/],
  ['accuracy == 0.8', /no number of answers proves a metric equal to a number; write < or >/],
  ['judge_score < 0.7', /judge_score is not measured of live answers; one of accuracy, .* is/],
  ['accuracy < 80', /accuracy lies between 0 and 1; did you mean 0\.80\?/],
  ['accuracy below 0.8', /not a rule: "accuracy below 0\.8"; write it as "accuracy < 0\.80"/],
])('%s as a rule of live answers', (rule, problem) => {
  if (problem) expect(problemOf(rule)).toMatch(problem);
  else expect(problemOf(rule)).toBeUndefined();
});

it.each([
  [
    'accuracy < 0.8',
    'classification',
    'answer',
    /retrain\.when\.drift\.of\.0: classification examples have no answer; name label/,
  ],
  [
    'token_f1 < 0.5',
    'classification',
    'label',
    /retrain\.when\.liveMetric\.rule: token_f1 does not fit classification examples/,
  ],
  ['token_f1 < 0.5', 'chat', 'label', /retrain\.when\.drift\.of\.0: chat examples have no label; name answer/],
  ['token_f1 < 0.5', 'chat', 'answer', undefined],
])('%s and rows of %s, whose %s is watched', (rule, format, of, problem) => {
  if (problem) expect(problemOf(rule, format, of)).toMatch(problem);
  else expect(problemOf(rule, format, of)).toBeUndefined();
});
