import { describe, expect, it } from 'vitest';
import { customizationId } from '../../../spec/bedrock/base.ts';
import { CUSTOMIZATION_NAMES, type Customization } from '../../../spec/bedrock/customization.ts';
import { modelFileSchema } from '../../../spec/bedrock/model-file.ts';
import file from '../../../spec/bedrock/models.json' with { type: 'json' };
import {
  BASE_MODELS,
  type BaseModel,
  findModel,
  hyperparameterProblems,
  invocationId,
  limitsOf,
  suggestModel,
} from '../../../spec/bedrock/models.ts';

const model = (id: string): BaseModel => findModel(id) ?? expect.fail(`${id} is not known`);
const customization = (id: string, way: Customization) =>
  model(id).customizations[way] ?? expect.fail(`${id} has no ${way}`);

describe('the file of models', () => {
  it('is what its schema says, and every source that it names is there', () => {
    const { families, sources, models } = modelFileSchema.parse(file);
    const named = [
      ...Object.values(families).flatMap(({ reserved, customizations }) => [
        ...(reserved?.sources ?? []),
        ...Object.values(customizations).flatMap((facts) => facts.sources),
      ]),
      ...models.flatMap(({ customizations }) => Object.values(customizations).flatMap((facts) => facts.sources ?? [])),
    ];
    expect(named.filter((source) => sources[source] === undefined)).toEqual([]);
  });

  it('has for each way of each model a format and sources, and no model twice', () => {
    for (const { id, customizations } of BASE_MODELS) {
      for (const facts of Object.values(customizations)) {
        expect(facts.format, id).toBeDefined();
        expect(facts.sources.length, id).toBeGreaterThan(0);
      }
    }
    expect(new Set(BASE_MODELS.map(({ id }) => id)).size).toBe(BASE_MODELS.length);
    expect(BASE_MODELS.filter(({ id, customizedAs }) => findModel(customizedAs)?.id !== id)).toEqual([]);
  });

  it('has defaults that its own ranges allow', () => {
    for (const base of BASE_MODELS) {
      for (const way of CUSTOMIZATION_NAMES) {
        const known = base.customizations[way]?.hyperparameters ?? {};
        const defaults = Object.entries(known).flatMap(([name, facts]) =>
          facts.default === undefined ? [] : [[name, facts.default]],
        );
        const missing = Object.values(known).some(({ required }) => required) ? 1 : 0;
        expect(hyperparameterProblems(base, way, Object.fromEntries(defaults)), base.id).toHaveLength(missing);
      }
    }
  });
});

describe('a model is found', () => {
  it.each([
    ['amazon.nova-lite-v1:0', 'amazon.nova-lite-v1:0'],
    ['amazon.nova-lite-v1:0:300k', 'amazon.nova-lite-v1:0'],
    ['us.amazon.nova-2-lite-v1:0', 'amazon.nova-2-lite-v1:0'],
    ['arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0:128k', 'amazon.nova-micro-v1:0'],
    [
      'arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.meta.llama3-3-70b-instruct-v1:0',
      'meta.llama3-3-70b-instruct-v1:0',
    ],
    [
      'arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-pro-v1:0:300k/x7wfvyx885l9',
      'amazon.nova-pro-v1:0',
    ],
    ['amazon.titan-text-express-v1:0:8k', 'amazon.titan-text-express-v1'],
    ['cohere.command-light-text-v14:7:4k', 'cohere.command-light-text-v14'],
  ])('by %s', (given, id) => {
    expect(findModel(given)?.id).toBe(id);
  });

  it.each([
    ['amazon.nova-lte-v1:0', 'amazon.nova-lite-v1:0'],
    ['nova-lite', 'amazon.nova-lite-v1:0'],
    ['nova-lte', 'amazon.nova-lite-v1:0'],
    ['claude-3-haiku', 'anthropic.claude-3-haiku-20240307-v1:0'],
    ['Nova Pro', 'amazon.nova-pro-v1:0'],
    ['anthropic.claude-3-haiku', 'anthropic.claude-3-haiku-20240307-v1:0'],
    ['gpt-5', undefined],
  ])('not by %s, for which %s may be meant', (given, meant) => {
    expect(findModel(given)).toBeUndefined();
    expect(suggestModel(given)).toBe(meant);
  });
});

it('the base is asked by its id where it answers by it, else by the profile of the geography', () => {
  expect(invocationId(model('amazon.nova-lite-v1:0'), 'us-east-1')).toBe('amazon.nova-lite-v1:0');
  expect(invocationId(model('amazon.nova-lite-v1:0'), 'eu-west-1')).toBe('eu.amazon.nova-lite-v1:0');
  expect(invocationId(model('amazon.nova-2-lite-v1:0'), 'us-east-1')).toBe('us.amazon.nova-2-lite-v1:0');
  expect(invocationId(model('meta.llama3-3-70b-instruct-v1:0'), 'us-west-2')).toBe(
    'us.meta.llama3-3-70b-instruct-v1:0',
  );
});

it('is customized by the id with the length of its context, whatever id of it is given', () => {
  const custom = 'arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-pro-v1:0:300k/x7wfvyx885l9';
  for (const [given, id] of [
    ['amazon.nova-lite-v1:0', 'amazon.nova-lite-v1:0:300k'],
    ['us.amazon.nova-lite-v1:0', 'amazon.nova-lite-v1:0:300k'],
    ['amazon.nova-lite-v1:0:24k', 'amazon.nova-lite-v1:0:24k'],
    ['arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0', 'amazon.nova-lite-v1:0:300k'],
    [custom, custom],
    ['some.other-model-v1:0', 'some.other-model-v1:0'],
  ] as const) {
    expect(customizationId(given), given).toBe(id);
  }
});

describe('limits', () => {
  it('are those of the family, or of the model where it has its own', () => {
    expect(limitsOf(customization('meta.llama3-2-3b-instruct-v1:0', 'fine-tuning')).tokens).toBe(16_000);
    expect(limitsOf(customization('meta.llama3-2-90b-instruct-v1:0', 'fine-tuning'))).toMatchObject({
      tokens: 10_000,
      minRecords: 100,
    });
  });

  it('leave larger batches of Titan half of the tokens', () => {
    const express = customization('amazon.titan-text-express-v1', 'fine-tuning');
    const lite = customization('amazon.titan-text-lite-v1', 'fine-tuning');
    expect([1, 2, 3].map((batchSize) => limitsOf(express, { batchSize }).tokens)).toEqual([4096, 2048, 2048]);
    expect([1, 2, 3].map((batchSize) => limitsOf(lite, { batchSize }).tokens)).toEqual([4096, 4096, 2048]);
  });

  it('are overridden one by one', () => {
    const nova = customization('amazon.nova-lite-v1:0', 'fine-tuning');
    expect(limitsOf(nova, { overrides: { trainRecords: 30_000 } })).toEqual({
      minTrainRecords: 8,
      trainRecords: 30_000,
      tokens: 32_000,
    });
  });
});

describe('hyperparameters', () => {
  const problems = (id: string, given: Record<string, unknown>, way: Customization = 'fine-tuning') =>
    hyperparameterProblems(model(id), way, given).map(({ message }) => message);

  it('may be numbers, or text that is one', () => {
    expect(problems('amazon.nova-lite-v1:0', { epochCount: 2, learningRate: '1e-5' })).toEqual([]);
    expect(problems('amazon.titan-embed-image-v1', { epochCount: 'Auto' })).toEqual([]);
  });

  it.each<[string, string, Record<string, unknown>, string]>([
    [
      'out of range',
      'amazon.nova-lite-v1:0',
      { epochCount: 6 },
      'epochCount must be a whole number from 1 to 5, received 6',
    ],
    [
      'not whole',
      'amazon.nova-lite-v1:0',
      { epochCount: 1.5 },
      'epochCount must be a whole number from 1 to 5, received 1.5',
    ],
    [
      'no number',
      'amazon.nova-lite-v1:0',
      { epochCount: true },
      'epochCount must be a whole number from 1 to 5, received true',
    ],
    ['fixed', 'meta.llama3-1-8b-instruct-v1:0', { batchSize: 2 }, 'batchSize must be 1, received 2'],
    [
      'misspelt',
      'amazon.nova-lite-v1:0',
      { epochs: 2 },
      'amazon.nova-lite-v1:0 has no hyperparameter epochs; it takes epochCount, learningRate, learningRateWarmupSteps',
    ],
    [
      'near',
      'amazon.nova-lite-v1:0',
      { epochcounts: 2 },
      'amazon.nova-lite-v1:0 has no hyperparameter epochcounts; did you mean epochCount?',
    ],
    [
      "another family's",
      'amazon.nova-lite-v1:0',
      { batchSize: 1 },
      'amazon.nova-lite-v1:0 has no hyperparameter batchSize; it takes epochCount, learningRate, learningRateWarmupSteps',
    ],
    [
      'missing',
      'amazon.titan-embed-image-v1',
      {},
      'amazon.titan-embed-image-v1 needs the hyperparameter epochCount: a whole number from 1 to 100 or Auto',
    ],
  ])('are refused where one is %s', (_, id, given, message) => {
    expect(problems(id, given)).toEqual([message]);
  });

  it('differ by the way of customizing', () => {
    expect(
      problems('amazon.nova-2-lite-v1:0', { epochCount: 50, reasoningEffort: 'high' }, 'reinforcement-fine-tuning'),
    ).toEqual([]);
    expect(problems('amazon.nova-2-lite-v1:0', { reasoningEffort: 'much' }, 'reinforcement-fine-tuning')).toEqual([
      'reasoningEffort must be low or medium or high, received "much"',
    ]);
    expect(problems('amazon.nova-lite-v1:0', { epochCount: 2 }, 'distillation')).toEqual([
      'amazon.nova-lite-v1:0 has no hyperparameter epochCount; distillation of amazon.nova-lite-v1:0 takes none',
    ]);
  });
});
