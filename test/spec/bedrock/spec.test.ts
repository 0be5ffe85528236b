import { describe, expect, it } from 'vitest';
import { doubtsOf } from '../../../spec/bedrock/doubts.ts';
import { targetOf } from '../../../spec/bedrock/target.ts';
import { isBedrock } from '../../../spec/engine.ts';
import { formatProblems, parseSpec } from '../../../spec/parse.ts';

const VALID = `name: reviews
data: { source: reviews.jsonl }
train:
  engine: bedrock
  base: amazon.nova-lite-v1:0
  hyperparameters: { epochCount: 2 }
deploy: { to: bedrock-on-demand }
`;

function parsed(...changes: readonly [piece: string, replacement: string][]) {
  return parseSpec(changes.reduce((text, [piece, replacement]) => text.replace(piece, replacement), VALID));
}

describe('a spec of a model that Bedrock customizes', () => {
  it('is taken, with the limits of its model', () => {
    const result = parsed(['epochCount: 2 }', 'epochCount: 2 }\n  limits: { trainRecords: 30000 }']);
    if (!result.ok || !isBedrock(result.spec)) expect.fail('no spec of Bedrock');
    const { model, customization, limits } = targetOf(result.spec);
    expect([model.id, customization]).toEqual(['amazon.nova-lite-v1:0', 'fine-tuning']);
    expect(limits).toEqual({ minTrainRecords: 8, trainRecords: 30_000, tokens: 32_000 });
  });

  it('may be of a model that is newer than what is known, where it says which one it is like', () => {
    const newer = parsed(['amazon.nova-lite-v1:0', 'amazon.nova-9-lite-v1:0\n  like: amazon.nova-lite-v1:0']);
    if (!newer.ok || !isBedrock(newer.spec)) expect.fail('no spec of Bedrock');
    expect(targetOf(newer.spec).limits).toEqual({ minTrainRecords: 8, trainRecords: 20_000, tokens: 32_000 });
    expect(doubtsOf(newer.spec).map(({ message }) => message)).toEqual([
      'amazon.nova-9-lite-v1:0 is not among the models known as of 2026-11-25: formats, limits and hyperparameters of Nova Lite are taken for its own',
    ]);
    const wrong = parsed(
      ['amazon.nova-lite-v1:0', 'amazon.nova-9-lite-v1:0\n  like: amazon.nova-lite-v1:0'],
      ['epochCount: 2', 'epochCount: 20'],
    );
    expect(wrong).toMatchObject({ ok: false });
  });

  it('may name its base by any id of it', () => {
    for (const id of [
      'us.amazon.nova-lite-v1:0',
      'amazon.nova-lite-v1:0:300k',
      'arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl',
    ]) {
      expect(parsed(['amazon.nova-lite-v1:0', id])).toMatchObject({ ok: true });
    }
  });

  it.each<[what: string, changes: [string, string][], line: string]>([
    [
      'a model that is not known',
      [['nova-lite', 'nova-lte']],
      'temper.yaml:5:9  train.base: amazon.nova-lte-v1:0 is not among the models known as of 2026-11-25; did you mean amazon.nova-lite-v1:0? where it is a newer one, name a model that it is like in train.like',
    ],
    [
      'a likeness that nothing needs',
      [['epochCount: 2 }', 'epochCount: 2 }\n  like: amazon.nova-pro-v1:0']],
      'temper.yaml:7:9  train.like: amazon.nova-lite-v1:0 is known by itself: leave it out',
    ],
    [
      'a way that the model does not take',
      [['hyperparameters: { epochCount: 2 }', 'customization: continued-pre-training']],
      'temper.yaml:6:18  train.customization: amazon.nova-lite-v1:0 does not take continued-pre-training; it takes fine-tuning, distillation',
    ],
    [
      'a hyperparameter out of range',
      [['epochCount: 2', 'epochCount: 20']],
      'temper.yaml:6:34  train.hyperparameters.epochCount: epochCount must be a whole number from 1 to 5, received 20',
    ],
    [
      "another service's hyperparameter",
      [['epochCount', 'epochs']],
      'temper.yaml:6:30  train.hyperparameters.epochs: amazon.nova-lite-v1:0 has no hyperparameter epochs; it takes epochCount, learningRate, learningRateWarmupSteps',
    ],
    [
      'a limit that there is not',
      [['epochCount: 2 }', 'epochCount: 2 }\n  limits: { trainrecord: 9 }']],
      'temper.yaml:7:13  train.limits.trainrecord: unknown key; did you mean trainRecords?',
    ],
    [
      'a model that is not served so',
      [['amazon.nova-lite-v1:0', 'meta.llama3-1-8b-instruct-v1:0']],
      'temper.yaml:7:15  deploy.to: custom models of meta.llama3-1-8b-instruct-v1:0 are served by provisioned throughput only: set deploy: { to: bedrock-provisioned, modelUnits: 1, ttl: 8h }, which bills by the hour',
    ],
    [
      'an evaluation that nothing would answer',
      [
        ['amazon.nova-lite-v1:0', 'meta.llama3-1-8b-instruct-v1:0'],
        ['reviews.jsonl }', 'reviews.jsonl, split: { test: 0.2 } }'],
        ['deploy: { to: bedrock-on-demand }', 'evaluate: {}'],
      ],
      'temper.yaml:7:11  evaluate: custom models of meta.llama3-1-8b-instruct-v1:0 are served by provisioned throughput only, and answer no evaluation without one: set deploy: { to: bedrock-provisioned, modelUnits: 1, ttl: 8h }, which bills by the hour, or leave evaluate out',
    ],
  ])('is told of %s', (_, changes, line) => {
    const result = parsed(...changes);
    expect(result.ok ? '' : formatProblems(result.problems)).toBe(line);
  });
});
