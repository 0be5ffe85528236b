import { expect, it } from 'vitest';
import { formatProblems, parseSpec } from '../../spec/parse.ts';

const SPEC = `name: reviews
data: { source: s3://bucket/reviews/, split: { test: 0.2 } }
train: { engine: sagemaker, script: train.py }
evaluate: {}
deploy: { to: sagemaker-endpoint, capture: { share: 0.2 } }
`;

/** What becomes of `retrain:`: filled in, or told with its line. */
function parsed(retrain: string): unknown {
  const result = parseSpec(`${SPEC}retrain: ${retrain}\n`);
  return result.ok ? result.spec.retrain : formatProblems(result.problems);
}

it('fills in what is left out', () => {
  expect(parsed('{ every: 1w }')).toEqual({ every: '1w', timezone: 'UTC', catchUp: '10m' });
  expect(parsed('{ cron: "0 6 * * MON-FRI", timezone: Europe/Paris, when: { drift: { of: [text] } } }')).toEqual({
    cron: '0 6 * * MON-FRI',
    timezone: 'Europe/Paris',
    catchUp: '10m',
    when: { drift: { of: ['text'], psi: 0.2, newCategories: 0.1, minRows: 200, window: '7d' } },
  });
});

it.each([
  ['{ every: 10s }', '6:19  retrain.every: must be at least 1m'],
  ['{ every: 400d }', '6:19  retrain.every: must be at most 365d, a year, received 400d'],
  ['{ every: 1w, cron: "0 6 * * 1" }', '6:29  retrain.cron: every: and cron: exclude each other'],
  ['{ cron: "0 6 * *" }', '6:18  retrain.cron: not a cron expression: "0 6 * *" (4 fields where five are wanted)'],
  ['{ cron: "0 25 * * *" }', '6:18  retrain.cron: not a cron expression: "0 25 * * *" (Invalid value for hour: 25)'],
  [
    '{ cron: "0 0 6 * * 1" }',
    '6:18  retrain.cron: not a cron expression: "0 0 6 * * 1" (6 fields where five are wanted)',
  ],
  ['{ cron: "0 6 * * 1#1" }', '6:18  retrain.cron: not a cron expression: "0 6 * * 1#1" (temporal does not know 1#1)'],
  ['{ cron: "0 6 L * *" }', '(temporal does not know L)'],
  ['{ cron: "@daily" }', '(1 field where five are wanted)'],
  ['{ cron: "0 6 31 2 *" }', '(there is no such day)'],
  ['{ cron: "0 6 * * 1", timezone: Europe/Pris }', '6:41  retrain.timezone: no time zone "Europe/Pris"'],
  ['{ every: 1w, catchUp: 365d }', '6:32  retrain.catchUp: must be at most 7d'],
  ['{ every: 1w, remaining: 0 }', '6:34  retrain.remaining: must be at least 1'],
  ['{ every: 1w, when: {} }', '6:29  retrain.when: name at least one of newData, championAge, drift, liveMetric'],
  ['{ every: 1w, when: { newData: {} } }', '6:40  retrain.when.newData: say how many rows: or bytes:'],
  ['{ every: 1w, when: { liveMetric: { rule: accuracy < 0.8, labels: labels.jsonl } } }', 'write an s3:// address'],
  ['{ every: 1w, when: { drift: { of: [text], window: 30m } } }', 'retrain.when.drift.window: must be at least 1h'],
  ['{ every: 1w, budget: 200 }', '6:31  retrain.budget:'],
])('tells what is wrong with %s and where', (retrain, problem) => {
  expect(parsed(retrain)).toContain(problem);
});

it.each([
  ['{ to: none }', '5:38  retrain.when.drift: the model serves nowhere (deploy.to: none), so that nobody asks it'],
  ['{ to: sagemaker-endpoint }', '5:38  retrain.when.drift: needs what the endpoint is asked: give deploy.capture'],
])('a model that is deployed %s cannot be watched', (deploy, problem) => {
  const spec = SPEC.replace(/deploy: .*/, `deploy: ${deploy}`).replace('evaluate: {}\n', '');
  const result = parseSpec(`${spec}retrain: { every: 1d, when: { drift: { of: [text] } } }\n`);
  expect(result.ok ? undefined : formatProblems(result.problems)).toContain(problem);
});

it('refuses to count new rows in the logs of a service', () => {
  const spec = `name: reviews
data: {}
train: { engine: bedrock, base: "amazon.nova-lite-v1:0", customization: distillation, distillation: { teacher: "amazon.nova-pro-v1:0" }, invocationLogs: "s3://bucket/logs/" }
retrain: { when: { newData: { rows: 10 } } }
`;
  const result = parseSpec(spec);
  expect(result.ok ? '' : formatProblems(result.problems)).toContain('what train.invocationLogs holds is not counted');
});
