import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as naming from '../../spec/naming.ts';

/** As the service models of CreateTrainingJob, CreateModel, CreateTransformJob and CreateEndpoint have it. */
const SAGEMAKER_NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;

const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789');
const name = fc
  .array(fc.string({ unit: letter, minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 })
  .map((words) => words.join('-'))
  .filter((text) => text.length <= naming.MAX_NAME_LENGTH);
const id = fc.string({ unit: letter, minLength: 4, maxLength: 10 });
const run = fc.record({ name, id });

function namesOf(ref: naming.RunRef): string[] {
  return [
    naming.trainingJobName(ref),
    naming.trainingJobName(ref, 2),
    naming.trainingJobName(ref, 99),
    naming.modelName(ref, 'base'),
    naming.modelName(ref, 'candidate'),
    naming.transformJobName(ref, 'base'),
    naming.transformJobName(ref, 'candidate'),
    naming.endpointConfigName(ref),
  ];
}

describe('names of resources', () => {
  it('are accepted by SageMaker for every run', () => {
    fc.assert(
      fc.property(run, (ref) => {
        for (const resource of namesOf(ref)) expect(resource).toMatch(SAGEMAKER_NAME);
      }),
    );
  });

  it('keep the limit of 63 characters for the longest name and id', () => {
    const longest = { name: 'n'.repeat(naming.MAX_NAME_LENGTH), id: 'i'.repeat(10) };
    expect(Math.max(...namesOf(longest).map((resource) => resource.length))).toBeLessThanOrEqual(63);
  });

  it('read like this', () => {
    const ref = { name: 'product-reviews', id: '7f3a9c' };
    expect(naming.trainingJobName(ref)).toBe('product-reviews-7f3a9c-train');
    expect(naming.trainingJobName(ref, 2)).toBe('product-reviews-7f3a9c-train-2');
    expect(naming.transformJobName(ref, 'base')).toBe('product-reviews-7f3a9c-eval-base');
    expect(naming.modelName(ref, 'candidate')).toBe('product-reviews-7f3a9c');
  });

  it('differ where kind, attempt or contender differ', () => {
    const ref = { name: 'a', id: 'bcde' };
    const jobs = [1, 2, 3].map((attempt) => naming.trainingJobName(ref, attempt));
    expect(new Set(jobs).size).toBe(3);
    for (const of of [naming.modelName, naming.transformJobName])
      expect(of(ref, 'base')).not.toBe(of(ref, 'candidate'));
  });
});

describe('workflow ids', () => {
  it('are read back to the run they name', () => {
    fc.assert(
      fc.property(run, (ref) => {
        expect(naming.parseWorkflowId(naming.workflowIdOf(ref))).toEqual(ref);
      }),
    );
  });

  it.each([
    '',
    'temper',
    'temper/a',
    'temper/a/b',
    'other/a/bcde',
    'temper/A/bcde',
    'temper/a/bcde/x',
    'temper/a-/bcde',
  ])('are not read into %j', (text) => expect(naming.parseWorkflowId(text)).toBeUndefined());
});

it('names queues and S3 prefixes of one run apart from those of another', () => {
  const [one, other] = [
    { name: 'a', id: 'bcde' },
    { name: 'a', id: 'bcdf' },
  ];
  expect(naming.inputsTaskQueue(one)).not.toBe(naming.inputsTaskQueue(other));
  expect(naming.s3Keys.runOutput(one)).not.toBe(naming.s3Keys.runOutput(other));
  expect(naming.s3Keys.dataSet('a', '00ff')).toBe('temper/a/data/00ff/');
});
