import { describe, expect, it } from 'vitest';
import { formatProblems, parseSpec } from '../../spec/parse.ts';

const SPEC = `name: reviews
data: { source: data.jsonl, split: { test: 0.2 } }
train: { engine: sagemaker, script: train.py }
evaluate: {}
`;

/** What becomes of `approve:`: filled in, or told with its line. */
function parsed(approve: string, spec = SPEC): unknown {
  const result = parseSpec(`${spec}approve: ${approve}\n`);
  return result.ok ? result.spec.approve : formatProblems(result.problems).split('\n');
}

it('asks nobody where nothing is said, or auto', () => {
  const left = parseSpec(SPEC);
  expect(left.ok && left.spec.approve).toBeUndefined();
  expect(parsed('auto')).toBeUndefined();
});

it('fills in who decides, by when, and what holds otherwise', () => {
  const usual = { when: 'manual', within: '3d', otherwise: 'decline', remind: '1d' };
  expect(parsed('manual')).toEqual(usual);
  expect(parsed('{}')).toEqual(usual);
  expect(parsed('{ approvers: [ana, ben], within: 2d, otherwise: approve, remind: 4h }')).toEqual({
    when: 'manual',
    approvers: ['ana', 'ben'],
    within: '2d',
    otherwise: 'approve',
    remind: '4h',
  });
  expect(parsed('{ when: borderline, between: { metric: accuracy, from: 0.75, to: 0.80 } }')).toMatchObject({
    when: 'borderline',
    between: { metric: 'accuracy', from: 0.75, to: 0.8 },
  });
});

describe('what cannot be meant is told with its place', () => {
  const zone = 'between: { metric: accuracy, from: 0.75, to: 0.8 }';

  it.each([
    ['manul', '5:10  approve: must be one of auto, manual, received "manul"; did you mean manual?'],
    ['5', '5:10  approve: must be auto, manual, or a map of keys, received 5'],
    ['{ when: borderlne }', '5:18  approve.when: must be one of manual, borderline, received "borderlne"'],
    ['{ remid: 4h }', '5:12  approve.remid: unknown key; did you mean remind?'],
    ['{ when: borderline }', '5:1  approve.between: say between which scores'],
    [`{ ${zone} }`, '5:21  approve.between: goes with when: borderline'],
    ['{ between: { metric: acuracy, from: 0.7, to: 0.8 } }', '5:31  approve.between.metric: must be one of'],
    [`{ when: borderline, ${zone.replace('0.75', '0.85')} }`, '5:75  approve.between.to: must be more than from: 0.85'],
    [`{ when: borderline, ${zone.replace('0.75', '75')} }`, '5:65  approve.between.from: must be at most 1'],
    [
      '{ when: borderline, between: { metric: bedrock_toxicity, from: 0.1, to: 0.2 } }',
      '5:49  approve.between.metric: less bedrock_toxicity is better',
    ],
    ['{ within: 2y }', '5:20  approve.within: not valid, received "2y"; write a duration as'],
    ['{ within: 30d }', '5:20  approve.within: must be at most 28d, so that no run waits for ever'],
    ['{ within: 28d, remind: 1h }', '5:33  approve.remind: at most 100 reminders within 28d'],
    ['{ approvers: [] }', '5:23  approve.approvers: must be at least 1 entries'],
    ['{ approvers: [ana, ana] }', '5:23  approve.approvers: name each of them once'],
  ])('%s', (approve, problem) => {
    expect(parsed(approve)).toContainEqual(expect.stringContaining(`temper.yaml:${problem}`));
  });

  it('a score that nobody measures', () => {
    const borderline = `{ when: borderline, ${zone} }`;
    const place = 'temper.yaml:4:39  approve.between: needs scores: add evaluate:';
    expect(parsed(borderline, SPEC.replace('evaluate: {}\n', ''))).toEqual([place]);
    const judged = borderline.replace('accuracy', 'judge_score');
    expect(parsed(judged)).toContainEqual(expect.stringContaining('judge_score needs a model that judges'));
    const prompts = SPEC.replace('split:', 'format: alpaca, split:');
    expect(parsed(borderline, prompts)).toContainEqual(
      expect.stringContaining('approve.between.metric: accuracy does not fit completion examples'),
    );
  });
});
