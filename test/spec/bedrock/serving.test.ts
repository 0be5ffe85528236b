import { describe, expect, it } from 'vitest';
import { candidateServing, hoursText, servingProblem, takeoverProblem } from '../../../spec/bedrock/serving.ts';

const NOVA = 'amazon.nova-lite-v1:0';
const TITAN = 'amazon.titan-text-express-v1';
const plans = (base: string, to: string, evaluate?: object) => ({
  train: { engine: 'bedrock', base },
  deploy: { to },
  ...(evaluate && { evaluate }),
});

describe('how a custom model can be served', () => {
  it('is by a deployment for its evaluation wherever that can be had, also where it is to serve by the hour', () => {
    expect(candidateServing(plans(NOVA, 'bedrock-provisioned'), 'us-east-1')).toBe('bedrock-on-demand');
    expect(candidateServing(plans(TITAN, 'bedrock-provisioned'), 'us-east-1')).toBe('bedrock-provisioned');
    expect(candidateServing(plans(NOVA, 'bedrock-provisioned'), 'us-west-2')).toBe('bedrock-provisioned');
  });

  it('is told before anything is paid where it cannot be', () => {
    expect(servingProblem(plans(NOVA, 'bedrock-on-demand', {}), 'us-east-1')).toBeUndefined();
    expect(servingProblem(plans(NOVA, 'bedrock-on-demand'), 'us-west-2')?.message).toContain('only in us-west-2');
    expect(servingProblem(plans(TITAN, 'bedrock-on-demand'))?.path).toEqual(['deploy', 'to']);
    expect(servingProblem(plans(TITAN, 'none', {}))?.path).toEqual(['evaluate']);
    expect(servingProblem(plans(TITAN, 'none'))).toBeUndefined();
    expect(servingProblem(plans('acme.unknown-v1', 'bedrock-on-demand', {}))).toBeUndefined();
  });
});

it('what serves is given no model of another base, and no other units', () => {
  const model = 'arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl';
  expect(takeoverProblem({ model, modelUnits: 2 }, { base: NOVA, modelUnits: 2 })).toBeUndefined();
  expect(takeoverProblem({ model }, { base: TITAN })?.problem).toContain(`serves models of ${NOVA}`);
  expect(takeoverProblem({ model, modelUnits: 1 }, { base: NOVA, modelUnits: 2 })?.problem).toContain(
    'has 1 model unit, the spec says 2',
  );
});

it('what bills by the hour is told with its end', () => {
  expect(hoursText({ modelUnits: 1, expiresAt: '2026-11-25T15:42:35.996Z' })).toBe(
    '1 model unit by the hour, until 2026-11-25 15:42 UTC',
  );
  expect(hoursText({ modelUnits: 2 })).toBe('2 model units by the hour, until it is deleted');
});
