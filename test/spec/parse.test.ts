import { describe, expect, it } from 'vitest';
import { formatProblems, parseSpec } from '../../spec/parse.ts';

const VALID = `name: product-reviews
data:
  source: data/products.jsonl
  split: { test: 0.2, seed: 7 }
train:
  engine: sagemaker
  script: train.py
  base: run:movie-reviews
  hyperparameters: { epochs: 15 }
evaluate: {}
gate:
  - accuracy >= 0.70
  - accuracy >= base + 0.05
`;

function told(text: string, overrides: readonly string[] = []): string[] {
  const parsed = parseSpec(text, { overrides });
  return parsed.ok ? [] : formatProblems(parsed.problems).split('\n');
}

/** The valid file with one piece of it replaced. */
function having(piece: string, replacement: string): string {
  if (!VALID.includes(piece)) throw new Error(`no ${piece} in the file`);
  return VALID.replace(piece, replacement);
}

it('fills in every default', () => {
  const parsed = parseSpec(VALID);
  expect(parsed).toMatchObject({
    ok: true,
    spec: {
      name: 'product-reviews',
      data: { columns: { text: 'text', label: 'label' }, split: { test: 0.2, validation: 0, seed: 7 } },
      train: { instance: 'ml.m5.large', maxRuntime: '1h', hyperparameters: { epochs: 15 } },
      serve: { script: 'inference.py' },
      evaluate: { metrics: ['accuracy', 'f1_macro'] },
      deploy: { to: 'none' },
    },
  });
});

describe('a problem is told with its place and what to do', () => {
  it.each<[what: string, text: string, line: string]>([
    [
      'an unknown key',
      having('script:', 'scrpit:'),
      'temper.yaml:7:3  train.scrpit: unknown key; did you mean script?',
    ],
    [
      'a key in another spelling',
      having('  script', '  max_runtime: 2h\n  script'),
      'temper.yaml:7:3  train.max_runtime: unknown key; did you mean maxRuntime?',
    ],
    [
      'a key like no other',
      `${VALID}colour: red\n`,
      'temper.yaml:14:1  colour: unknown key; known here: name, data, train, serve, evaluate, gate, deploy, aws',
    ],
    [
      'a wrong type',
      having('test: 0.2', 'test: most'),
      'temper.yaml:4:18  data.split.test: must be a number, received "most"',
    ],
    [
      'a fraction',
      having('seed: 7', 'seed: 7.5'),
      'temper.yaml:4:29  data.split.seed: must be a whole number, received 7.5',
    ],
    [
      'a number for text',
      having('name: product-reviews', 'name: 2026'),
      'temper.yaml:1:7  name: must be text, received 2026; put it in quotes',
    ],
    [
      'a list for one',
      having('train.py', '[a.py, b.py]'),
      'temper.yaml:7:11  train.script: must be text, received ["a.py","b.py"]',
    ],
    [
      'a value too large',
      having('script:', 'instanceCount: 99\n  script:'),
      'temper.yaml:7:18  train.instanceCount: must be at most 20, received 99',
    ],
    [
      'a name that AWS refuses',
      having('product-reviews', 'Product_Reviews'),
      'temper.yaml:1:7  name: not valid, received "Product_Reviews"; use lower-case letters, digits and single hyphens, such as product-reviews',
    ],
    [
      'an engine that there is not',
      having('engine: sagemaker', 'engine: sagmaker'),
      'temper.yaml:6:11  train.engine: must be sagemaker, received "sagmaker"; did you mean sagemaker?',
    ],
    [
      'a metric that there is not',
      having('evaluate: {}', 'evaluate: { metrics: [accuracy, f1_marco] }'),
      'temper.yaml:10:33  evaluate.metrics.1: must be one of accuracy, exact_match, precision_macro, precision_micro, recall_macro, recall_micro, f1_macro, f1_micro, received "f1_marco"; did you mean f1_macro?',
    ],
    [
      'a hyperparameter that cannot be sent',
      having('epochs: 15', 'epochs: [1, 2]'),
      'temper.yaml:9:30  train.hyperparameters.epochs: must be text, or a number, or true or false, received [1,2]',
    ],
    [
      'a rule that cannot be read',
      having('accuracy >= 0.70', 'accuracy is high'),
      'temper.yaml:12:5  gate.0: not a gate rule: "accuracy is high"; write it as "accuracy >= 0.70" or "accuracy >= base + 0.05"',
    ],
    [
      'a rule about a base that is not there',
      having('  base: run:movie-reviews\n', ''),
      'temper.yaml:12:5  gate.1: accuracy >= base + 0.05: there is no base; set train.base',
    ],
    [
      'a key that is missing',
      having('  script: train.py\n', ''),
      'temper.yaml:5:1  train.script: missing; add it: Training script; its directory is packaged and sent along.',
    ],
    [
      'data that is not on this machine',
      having('data/products.jsonl', 's3://bucket/products.jsonl'),
      'temper.yaml:3:11  data.source: not valid, received "s3://bucket/products.jsonl"; give a path on this machine; addresses such as s3:// are not read',
    ],
    [
      'an empty section',
      having('evaluate: {}', 'evaluate:'),
      'temper.yaml:10:10  evaluate: must be a map of keys, received null; write {} for its defaults',
    ],
    [
      'a key that stands twice',
      having('gate:', 'name: other\ngate:'),
      'temper.yaml:11:1  key name stands here twice; remove one',
    ],
    ['an unknown tag', having('train.py', '!env SCRIPT'), 'temper.yaml:7:11  unresolved tag: !env'],
    ['an empty file', '', 'temper.yaml:1:1  must be a map of keys, received null; start with name:, data: and train:'],
    [
      'something else',
      'just text',
      'temper.yaml:1:1  must be a map of keys, received "just text"; start with name:, data: and train:',
    ],
    [
      'an alias of nothing',
      having('train.py', '*script'),
      'temper.yaml:1:1  unresolved alias (the anchor must be set before the alias): script',
    ],
  ])('%s', (_, text, line) => {
    expect(told(text)).toEqual([line]);
  });

  it('all of them at once, by line', () => {
    const text = having('name: product-reviews', 'nam: x')
      .replace('0.2', 'x')
      .replace('engine: sagemaker', 'engine: 3');
    expect(told(`${text}gate: []\n`)).toEqual([
      'temper.yaml:1:1  nam: unknown key; did you mean name?',
      'temper.yaml:4:18  data.split.test: must be a number, received "x"',
      'temper.yaml:6:11  train.engine: must be sagemaker, received 3',
      'temper.yaml:14:1  key gate stands here twice; remove one',
    ]);
  });

  it('broken YAML, and what is wrong before it, but nothing that was read by guessing', () => {
    const lines = told(having('script: train.py', 'script: [train.py').replace('0.2', 'x'));
    expect(lines[0]).toBe('temper.yaml:4:18  data.split.test: must be a number, received "x"');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines.slice(1)) expect(line).not.toMatch(/missing;|unknown key/);
  });

  it('through aliases, at the value that is wrong', () => {
    const text = having('{ test: 0.2, seed: 7 }', '&shares { seed: [7] }').replace('{ epochs: 15 }', '*shares');
    expect(told(text)).toEqual([
      'temper.yaml:4:26  data.split.seed: must be a number, received [7]',
      'temper.yaml:4:26  train.hyperparameters.seed: must be text, or a number, or true or false, received [7]',
    ]);
  });
});

it('keeps code, path and value for programs', () => {
  expect(parseSpec(having('test: 0.2', 'test: most'), { file: 'other.yaml' })).toEqual({
    ok: false,
    problems: [
      {
        code: 'wrong_type',
        file: 'other.yaml',
        line: 4,
        column: 18,
        path: 'data.split.test',
        message: 'must be a number, received "most"',
        value: 'most',
      },
    ],
  });
});

describe('overrides', () => {
  it('stand in for values of the file, in YAML', () => {
    const overrides = [
      'train.hyperparameters.epochs=3',
      'train.hyperparameters.rate=1e-3',
      'train.instance=ml.c5.xlarge',
      'gate=[accuracy >= 0.5]',
      'gate.0=accuracy >= 0.6',
      'data.columns.label=stars',
      'deploy={to: sagemaker-endpoint}',
    ];
    expect(parseSpec(VALID, { overrides })).toMatchObject({
      ok: true,
      spec: {
        train: { hyperparameters: { epochs: 3, rate: 0.001 }, instance: 'ml.c5.xlarge' },
        gate: ['accuracy >= 0.6'],
        data: { columns: { label: 'stars' }, source: 'data/products.jsonl' },
        deploy: { to: 'sagemaker-endpoint', instanceCount: 1 },
      },
    });
  });

  it.each([
    [
      'train.instance=large',
      '--set train.instance=large  train.instance: not valid, received "large"; write an instance type such as ml.m5.large',
    ],
    [
      'train.instnce=ml.m5.large',
      '--set train.instnce=ml.m5.large  train.instnce: unknown key; did you mean instance?',
    ],
    ['trian.instance=ml.m5.large', '--set trian.instance=ml.m5.large  trian: unknown key; did you mean train?'],
    ['data.split={test: x}', '--set data.split={test: x}  data.split.test: must be a number, received "x"'],
    ['name=', '--set name=  name: must be text, received null'],
    [
      'gate.1=nonsense',
      '--set gate.1=nonsense  gate.1: not a gate rule: "nonsense"; write it as "accuracy >= 0.70" or "accuracy >= base + 0.05"',
    ],
    [
      'train.script.x=1',
      '--set train.script.x=1  train.script.x: nothing can be set there; the path runs through a value that holds no keys',
    ],
    ['epochs', '--set epochs  no path and value; write it as train.instance=ml.m5.large'],
    ['train..x=1', '--set train..x=1  train..x: no path and value; write it as train.instance=ml.m5.large'],
  ])('that are wrong are told as options: %s', (override, line) => {
    expect(told(VALID, [override])).toEqual([line]);
  });

  it('that are not YAML are told as options', () => {
    expect(told(VALID, ['gate=[a'])[0]).toMatch(/^--set gate=\[a {2}gate: not YAML: .+; put the value in quotes$/);
  });

  it('do not hide what is wrong in the file', () => {
    expect(told(having('test: 0.2', 'test: most'), ['train.instance=large'])).toEqual([
      expect.stringContaining('--set train.instance=large'),
      'temper.yaml:4:18  data.split.test: must be a number, received "most"',
    ]);
  });

  it('can mend the file', () => {
    expect(told(having('test: 0.2', 'test: most'), ['data.split.test=0.1'])).toEqual([]);
  });
});
