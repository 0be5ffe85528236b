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

/** So many entries of a map. */
const named = (count: number, value: string): string =>
  Array.from({ length: count }, (_, i) => `n${i}: ${value}`).join(', ');

it('fills in every default', () => {
  const parsed = parseSpec(VALID);
  expect(parsed).toMatchObject({
    ok: true,
    spec: {
      name: 'product-reviews',
      data: { columns: {}, split: { test: 0.2, validation: 0, seed: 7 } },
      train: { instance: ['ml.m5.large'], maxRuntime: '1h', maxWait: '1d', hyperparameters: { epochs: 15 } },
      serve: { script: 'inference.py' },
      evaluate: { instance: 'ml.m5.large', maxRuntime: '1h' },
      deploy: { to: 'none' },
    },
  });
});

describe('metrics that do not fit the examples', () => {
  const withFormat = (format: string): string[] => told(having('split: {', `format: ${format}\n  split: {`));

  it('are told with their place where the format is named', () => {
    expect(withFormat('classification')).toEqual([]);
    const fitting = 'exact_match, token_f1, rouge_l, bleu, json_valid, json_schema';
    expect(withFormat('alpaca')).toEqual([
      expect.stringContaining(`  gate.0: accuracy does not fit completion examples; these do: ${fitting}`),
      expect.stringContaining(`  gate.1: accuracy does not fit completion examples; these do: ${fitting}`),
    ]);
  });

  it.each([
    ['json_schema', 'the JSON schema of an answer in evaluate.schema'],
    ['judge_score', 'a model that judges in evaluate.judge'],
    ['judge_win_rate', 'a model that judges in evaluate.judge, against: base'],
    ['bedrock_correctness', 'evaluate.by: bedrock-job, with the metric in evaluate.job.metrics'],
  ])('are told where %s cannot be measured', (metric, needs) => {
    const text = having('accuracy >= 0.70', `${metric} >= 0.9`);
    expect(told(text)).toEqual([`temper.yaml:12:5  gate.0: ${metric} needs ${needs}`]);
  });

  it('are all of them, where plain text has no answers', () => {
    expect(withFormat('text')).toEqual([
      expect.stringMatching(/ {2}evaluate: plain text holds no answers to score; leave evaluate and gate out/),
    ]);
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
      'temper.yaml:14:1  colour: unknown key; known here: name, data, train, serve, evaluate, gate, approve, deploy, budget, retrain, notify, aws',
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
      'temper.yaml:6:11  train.engine: must be one of sagemaker, bedrock, received "sagmaker"; did you mean sagemaker?',
    ],
    [
      'a metric that there is not',
      having('evaluate: {}', 'evaluate: { metrics: [accuracy, f1_marco] }'),
      'temper.yaml:10:33  evaluate.metrics.1: must be one of accuracy, exact_match, precision_macro, precision_micro, recall_macro, recall_micro, f1_macro, f1_micro, token_f1, rouge_l, bleu, json_valid, json_schema, ... (28), received "f1_marco"; did you mean f1_macro?',
    ],
    [
      'a hyperparameter that cannot be sent',
      having('epochs: 15', 'epochs: [1, 2]'),
      'temper.yaml:9:30  train.hyperparameters.epochs: must be text, or a number, or true or false, received [1,2]',
    ],
    [
      'a rule that cannot be read',
      having('accuracy >= 0.70', 'accuracy is high'),
      'temper.yaml:12:5  gate.0: not a gate rule: "accuracy is high"; write it as "accuracy >= 0.70", "accuracy >= base + 0.05" or "accuracy >= champion + 0.01"',
    ],
    [
      'a rule about a base that is not there',
      having('  base: run:movie-reviews\n', ''),
      'temper.yaml:12:5  gate.1: accuracy >= base + 0.05: there is no base; set train.base',
    ],
    [
      'a key that is missing',
      having('  script: train.py\n', ''),
      'temper.yaml:5:1  train.script: missing; add it: Training script, .py or .sh; its directory is packaged and sent along.',
    ],
    [
      'data that is neither on this machine nor in S3',
      having('data/products.jsonl', 'https://example.com/products.jsonl'),
      'temper.yaml:3:11  data.source: not valid, received "https://example.com/products.jsonl"; give a path on this machine or an s3:// address',
    ],
    [
      'a column that the format has not',
      having('split: {', 'format: classification\n  columns: { prompt: review }\n  split: {'),
      'temper.yaml:5:22  data.columns.prompt: format classification has no such column; it has text, label',
    ],
    [
      'columns of two formats',
      having('split: {', 'columns: { prompt: question, label: answer }\n  split: {'),
      'temper.yaml:4:12  data.columns: no format has label and prompt together: chat (messages, system), sharegpt (conversations, system), alpaca (instruction, output, input, system), completion (prompt, completion, system), classification (text, label), text (text), input (input), prompts (prompt, messages, completion, reference_answer, system)',
    ],
    [
      'a format that there is not',
      having('split: {', 'format: share-gpt\n  split: {'),
      'temper.yaml:4:11  data.format: must be one of chat, sharegpt, alpaca, completion, classification, text, input, prompts, received "share-gpt"; did you mean sharegpt?',
    ],
    [
      'equality with the champion',
      having('accuracy >= 0.70', 'accuracy == champion'),
      'temper.yaml:12:5  gate.0: accuracy == champion: no number of rows proves a model equal to the champion; write >= or <=',
    ],
    [
      'a sliced rule without its field',
      having('  - accuracy >= 0.70', '  - { rule: accuracy >= 0.70 }'),
      'temper.yaml:12:5  gate.0.per: missing; add it: Field of the rows of the data, such as language.',
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

  it.each<[what: string, text: string, ...lines: string[]]>([
    [
      'a threshold that no score reaches',
      having('0.70', '70').replace('accuracy >= base + 0.05', 'f1_macro > -0.5'),
      'temper.yaml:12:5  gate.0: accuracy >= 70: accuracy lies between 0 and 1; did you mean 0.70?',
      'temper.yaml:13:5  gate.1: f1_macro > -0.5: f1_macro lies between 0 and 1',
    ],
    [
      'a threshold in percent, with decimals',
      having('0.70', '92.5'),
      'temper.yaml:12:5  gate.0: accuracy >= 92.5: accuracy lies between 0 and 1; did you mean 0.925?',
    ],
    [
      'a script that script mode does not run',
      having('train.py', 'train.ipynb'),
      'temper.yaml:7:11  train.script: not valid, received "train.ipynb"; name a .py or .sh file: script mode runs nothing else',
    ],
    [
      'a job longer than SageMaker allows',
      having('  script:', '  maxRuntime: 29d\n  script:'),
      "temper.yaml:7:15  train.maxRuntime: must be at most 28d, SageMaker's maximum, received 29d",
    ],
    [
      'no duration',
      having('  script:', '  maxRuntime: long\n  script:'),
      'temper.yaml:7:15  train.maxRuntime: not valid, received "long"; write a duration as 90s, 30m, 1h or 5d',
    ],
    [
      'names of environment variables, at the name',
      having('  script:', '  environment:\n    LOG_LEVEL: debug\n    LOG-LEVEL: debug\n    1ST: x\n  script:'),
      'temper.yaml:9:5  train.environment.LOG-LEVEL: not valid, received "LOG-LEVEL"; use letters, digits and underscores, and begin with no digit',
      'temper.yaml:10:5  train.environment.1ST: not valid, received "1ST"; use letters, digits and underscores, and begin with no digit',
    ],
    [
      "hyperparameters of script mode's own, at the name",
      having('epochs: 15', 'sagemaker_program: a.py'),
      'temper.yaml:9:22  train.hyperparameters.sagemaker_program: not valid, received "sagemaker_program"; choose another name: those that begin with sagemaker_ are script mode\'s own',
    ],
    [
      'too many hyperparameters',
      having('{ epochs: 15 }', `{ ${named(96, '1')} }`),
      'temper.yaml:9:20  train.hyperparameters: must be at most 95 entries, received 96: SageMaker takes 100, and script mode adds 5',
    ],
    [
      'too many environment variables',
      having('  script:', `  environment: { ${named(101, 'x')} }\n  script:`),
      'temper.yaml:7:16  train.environment: must be at most 100 entries, received 101: SageMaker takes no more',
    ],
    [
      'too many metrics',
      having('  script:', `  metrics: { ${named(41, '(x)')} }\n  script:`),
      'temper.yaml:7:12  train.metrics: must be at most 40 entries, received 41: SageMaker takes no more',
    ],
    [
      'a hyperparameter that is too long as JSON',
      having('epochs: 15', `fits: ${'x'.repeat(2498)}, does-not: ${'x'.repeat(2499)}`),
      'temper.yaml:9:2538  train.hyperparameters.does-not: must be at most 2500 characters as JSON, received 2501',
    ],
    [
      'regular expressions that find no value',
      having('  script:', "  metrics:\n    a: ''\n    b: 'loss=(.*'\n    c: 'loss=(?:.*)'\n  script:"),
      'temper.yaml:8:8  train.metrics.a: has no group for the value, received ""; write it as loss=([0-9.]+)',
      'temper.yaml:9:8  train.metrics.b: invalid regular expression: /loss=(.*/: Unterminated group; write it as loss=([0-9.]+)',
      'temper.yaml:10:8  train.metrics.c: has no group for the value, received "loss=(?:.*)"; write it as loss=([0-9.]+)',
    ],
    [
      'a regular expression that is too long',
      having('  script:', `  metrics: { loss: '(${'x'.repeat(499)})' }\n  script:`),
      expect.stringMatching(
        /^temper\.yaml:7:20 {2}train\.metrics\.loss: must be at most 500 characters, received "\(x+…$/,
      ),
    ],
  ])('what SageMaker would refuse, or fail on when it is paid: %s', (_, text, ...lines) => {
    expect(told(text)).toEqual(lines);
  });

  it('and not what just fits', () => {
    const text = having('{ epochs: 15 }', `{ ${named(95, '1')} }`)
      .replace('0.70', '1')
      .replace('script:', `maxRuntime: 28d\n  metrics: { ${named(40, '(x)')} }\n  script:`);
    expect(told(text)).toEqual([]);
    expect(told(having('train.py', 'train.sh'))).toEqual([]);
  });

  it('all of them at once, by line', () => {
    const text = having('name: product-reviews', 'nam: x')
      .replace('0.2', 'x')
      .replace('engine: sagemaker', 'engine: 3');
    expect(told(`${text}gate: []\n`)).toEqual([
      'temper.yaml:1:1  nam: unknown key; did you mean name?',
      'temper.yaml:4:18  data.split.test: must be a number, received "x"',
      'temper.yaml:6:11  train.engine: must be one of sagemaker, bedrock, received 3',
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
        train: { hyperparameters: { epochs: 3, rate: 0.001 }, instance: ['ml.c5.xlarge'] },
        gate: ['accuracy >= 0.6'],
        data: { columns: { label: 'stars' }, source: 'data/products.jsonl' },
        deploy: { to: 'sagemaker-endpoint', instanceCount: 1 },
      },
    });
  });

  it.each([
    [
      'train.instance=[ml.m5.large, large]',
      '--set train.instance=[ml.m5.large, large]  train.instance.1: not valid, received "large"; write an instance type such as ml.m5.large',
    ],
    [
      'train.instance=[ml.m5.large, ml.m5.large]',
      '--set train.instance=[ml.m5.large, ml.m5.large]  train.instance: name each instance type once',
    ],
    [
      'train.maxWait=8d',
      '--set train.maxWait=8d  train.maxWait: must be at most 7d, as much as the history of a run holds, received 8d',
    ],
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
      '--set gate.1=nonsense  gate.1: not a gate rule: "nonsense"; write it as "accuracy >= 0.70", "accuracy >= base + 0.05" or "accuracy >= champion + 0.01"',
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
