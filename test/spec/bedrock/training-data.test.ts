import { describe, expect, it } from 'vitest';
import type { Customization } from '../../../spec/bedrock/customization.ts';
import { findModel } from '../../../spec/bedrock/models.ts';
import { trainingData } from '../../../spec/bedrock/training-data.ts';
import { detectFormat, shapeOf } from '../../../spec/data/formats.ts';
import { exampleReader } from '../../../spec/data/read-example.ts';
import { FAMILIES } from './corpus.ts';

const modelOf = (id: string) => findModel(id) ?? expect.fail(`${id} is not known`);

/** What a row of a source is to a model: a line, or what is wrong with it first. */
function look(row: object, model: string, customization: Customization) {
  const answers =
    customization === 'distillation' || customization === 'reinforcement-fine-tuning' ? 'optional' : undefined;
  const fields = row as Record<string, unknown>;
  const format = detectFormat([fields], { columns: {}, answers }) ?? expect.fail('of no format');
  const example = exampleReader(shapeOf(format, {}))(fields);
  return 'code' in example ? { error: example } : trainingData({ model: modelOf(model), customization })(example);
}

describe.each(FAMILIES)('$customization of $model', ({ model, customization, good, bad, doubtful = [] }) => {
  it('takes rows of any format, as lines of its own', () => {
    for (const [row, line] of good) {
      const looked = look(row, model, customization);
      if ('error' in looked) expect.fail(`${looked.error.message}: ${looked.error.value}`);
      expect(JSON.parse(looked.line())).toEqual(line);
      expect(looked.doubts).toEqual([]);
    }
  });

  it('says of each malformed line what is wrong', () => {
    const told = bad.map(([row]) => {
      const looked = look(row, model, customization);
      return 'error' in looked ? [looked.error.code, looked.error.message] : ['fine', looked.line()];
    });
    expect(told).toEqual(bad.map(([, code, message]) => [code, message]));
  });

  it('doubts what may fail', () => {
    const told = doubtful.map(([row]) => {
      const looked = look(row, model, customization);
      return 'error' in looked
        ? ['error', looked.error.message]
        : looked.doubts.flatMap(({ code, message }) => [code, message]);
    });
    expect(told).toEqual(doubtful.map(([, code, message]) => [code, message]));
  });
});

it('a line that a job is given is read again as what it was made from', () => {
  for (const { model, customization, good } of FAMILIES) {
    for (const [, line] of good) {
      const looked = look(line, model, customization);
      expect('error' in looked ? looked.error : JSON.parse(looked.line())).toEqual(line);
    }
  }
});

describe('a target', () => {
  const model = modelOf('amazon.nova-lite-v1:0');
  const example = { kind: 'classification', text: 'it broke $& {text}', label: 'bad' } as const;

  it('asks about a text as train.prompt says', () => {
    const looked = trainingData({ model, customization: 'fine-tuning', prompt: 'Good or bad?\n\n{text}' })(example);
    if ('error' in looked) expect.fail(looked.error.message);
    expect(JSON.parse(looked.line()).messages[0].content).toEqual([{ text: 'Good or bad?\n\nit broke $& {text}' }]);
  });

  it('may have limits of its own', () => {
    const of = (tokens: number) => trainingData({ model, customization: 'fine-tuning', limits: { tokens } })(example);
    expect([of(3), of(5), of(6)].map((looked) => ('error' in looked ? 'error' : looked.doubts.length))).toEqual([
      'error',
      1,
      0,
    ]);
  });

  it('must take the customization', () => {
    expect(() => trainingData({ model, customization: 'continued-pre-training' })).toThrow(
      'amazon.nova-lite-v1:0 does not take continued-pre-training; it takes fine-tuning, distillation',
    );
  });
});
