/** Lines of training data of each family: those that a job takes, and those that it would fail by, with what is said of them. */
import type { Customization } from '../../../spec/bedrock/customization.ts';
import type { DataCode } from '../../../spec/errors/data.ts';

export interface Family {
  readonly model: string;
  readonly customization: Customization;
  /** Rows as people have them, and the line that a job is given. */
  readonly good: readonly (readonly [row: object, line: object])[];
  readonly bad: readonly (readonly [row: object, code: DataCode, message: string])[];
  /** Rows that are taken, and doubted. */
  readonly doubtful?: readonly (readonly [row: object, code: DataCode, message: string])[];
}

const says = (role: string, content: unknown) => ({ role, content });
const turns = (...contents: string[]) =>
  contents.map((content, i) => says(i % 2 === 0 ? 'user' : 'assistant', content));
const bedrock = (system: string | undefined, ...contents: string[]) => ({
  schemaVersion: 'bedrock-conversation-2024',
  ...(system === undefined ? {} : { system: [{ text: system }] }),
  messages: turns(...contents).map(({ role, content }) => says(role, [{ text: content }])),
});
const pair = (prompt: string, completion: string, system?: string) => ({
  ...(system === undefined ? {} : { system }),
  prompt,
  completion,
});
const long = (characters: number) => 'word '.repeat(Math.ceil(characters / 5)).slice(0, characters);

const NOT_READ: Family['bad'] = [
  [{ messages: [says('user', 'a')] }, 'no_answer', 'the conversation does not end with an answer of the assistant'],
  [
    { messages: [says('user', [{ text: 'a' }, { image: { format: 'png', source: {} } }]), says('assistant', 'b')] },
    'unsupported',
    'a message holds something else than text',
  ],
  [
    { messages: [says('user', [{ video: { format: 'mp4' } }]), says('assistant', 'b')] },
    'unsupported',
    'a message holds something else than text',
  ],
  [
    { messages: [says('user', 'a'), says('tool', '21'), says('assistant', 'b')] },
    'unsupported',
    'the conversation holds calls of tools',
  ],
  [
    { messages: [says('robot', 'a'), says('assistant', 'b')] },
    'wrong_role',
    'the "role" of a message is not one of system, developer, user, assistant',
  ],
];

const TURNS: Family['bad'] = [
  [
    { messages: [...turns('a', 'b').reverse(), says('assistant', 'c')] },
    'role_order',
    'user and assistant must take turns, the user first',
  ],
  [
    { messages: [says('user', 'a'), says('user', 'b'), says('assistant', 'c')] },
    'role_order',
    'user and assistant must take turns, the user first',
  ],
  [
    { messages: [...turns('a', 'b'), says('system', 's'), ...turns('c', 'd')] },
    'role_order',
    'a system message stands within the conversation',
  ],
];

const conversationOnly: Family['bad'] = [...NOT_READ, ...TURNS];
const PLAIN: Family['bad'][number] = [{ text: 'a' }, 'unfit_kind', 'plain text asks nothing and answers nothing'];
const KEPT = 'a text that the model keeps for itself: the job would fail';

export const FAMILIES: readonly Family[] = [
  {
    model: 'amazon.nova-lite-v1:0',
    customization: 'fine-tuning',
    good: [
      [bedrock('s', 'a', 'b', 'c', 'd'), bedrock('s', 'a', 'b', 'c', 'd')],
      [{ text: 'a', label: 'good' }, bedrock(undefined, 'a', 'good')],
      [pair('a', 'b', 's'), bedrock('s', 'a', 'b')],
      [{ messages: [says('system', 's'), says('developer', 't'), ...turns('a', 'b')] }, bedrock('s\n\nt', 'a', 'b')],
      [{ instruction: 'Add.', input: '1 and 2', output: '3' }, bedrock(undefined, 'Add.\n\n1 and 2', '3')],
      [pair('a', long(127_000)), bedrock(undefined, 'a', long(127_000))],
    ],
    bad: [
      ...conversationOnly,
      PLAIN,
      ...['User: a', 'the Bot: b', 'Assistant:', 'ask the System: now', 'see <image>', '<video>', 'a[EOS]'].map(
        (prompt) => [pair(prompt, 'b'), 'reserved_text', KEPT] as const,
      ),
      [pair('a', 'b', 'User: be brief'), 'reserved_text', KEPT],
      [{ messages: turns('a', 'b', 'User: c', 'd') }, 'reserved_text', KEPT],
      [pair(long(192_001), 'b'), 'too_many_tokens', 'the record is longer than the 32000 tokens that the model takes'],
    ],
    doubtful: [
      [pair('a', 'User: b'), 'reserved_text', "a text that the model may keep for itself: AWS's validator refuses it"],
      [
        pair('the user: a', 'b'),
        'reserved_text',
        "a text that the model may keep for itself: AWS's validator refuses it",
      ],
      [
        pair(long(130_000), 'b'),
        'too_many_tokens',
        'the record may be longer than the 32000 tokens that the model takes, by an estimate',
      ],
    ],
  },
  {
    model: 'meta.llama3-2-90b-instruct-v1:0',
    customization: 'fine-tuning',
    good: [
      [bedrock('s', 'a', 'b'), bedrock('s', 'a', 'b')],
      [pair('User: a', 'b'), bedrock(undefined, 'User: a', 'b')],
    ],
    bad: [
      ...conversationOnly,
      [pair(long(60_000), 'b'), 'too_many_tokens', 'the record is longer than the 10000 tokens that the model takes'],
    ],
  },
  {
    model: 'meta.llama3-1-8b-instruct-v1:0',
    customization: 'fine-tuning',
    good: [
      [pair('a', 'b'), pair('a', 'b')],
      [{ text: 'a', label: 'good' }, pair('a', 'good')],
      [{ messages: turns('a', 'b') }, pair('a', 'b')],
    ],
    bad: [
      ...conversationOnly,
      [pair('a', 'b', 's'), 'unfit_record', 'the format has no place for a system prompt'],
      [
        { messages: turns('a', 'b', 'c', 'd') },
        'unfit_record',
        'the format takes one question and one answer a record',
      ],
      [{ prompt: 'a' }, 'missing_field', 'field "completion" is missing'],
      [{ prompt: 'a', completion: '' }, 'empty', 'field "completion" is empty'],
      [{ prompt: ['a'], completion: 'b' }, 'wrong_type', 'field "prompt" is not text'],
    ],
  },
  {
    model: 'amazon.titan-text-lite-v1',
    customization: 'fine-tuning',
    good: [[pair('a', 'b'), pair('a', 'b')]],
    bad: [
      [pair(long(24_576), 'b'), 'too_many_tokens', 'the record is longer than the 4096 tokens that the model takes'],
      PLAIN,
    ],
    doubtful: [
      [
        pair(long(20_000), 'b'),
        'too_many_tokens',
        'the record may be longer than the 4096 tokens that the model takes, by an estimate',
      ],
    ],
  },
  {
    model: 'amazon.titan-text-express-v1',
    customization: 'continued-pre-training',
    good: [
      [{ input: 'a' }, { input: 'a' }],
      [{ text: 'a' }, { input: 'a' }],
    ],
    bad: [
      [pair('a', 'b'), 'unfit_kind', 'continued pre-training takes plain text, not a prompt and its completion'],
      [{ text: 'a', label: 'good' }, 'unfit_kind', 'continued pre-training takes plain text, not a text and its label'],
      [{ messages: turns('a', 'b') }, 'unfit_kind', 'continued pre-training takes plain text, not a conversation'],
      [{ input: '' }, 'empty', 'field "input" is empty'],
      [{ input: 7 }, 'wrong_type', 'field "input" is not text'],
      [{ input: long(24_577) }, 'too_many_tokens', 'the record is longer than the 4096 tokens that the model takes'],
    ],
  },
  {
    model: 'cohere.command-text-v14',
    customization: 'fine-tuning',
    good: [[pair('a', 'b'), pair('a', 'b')]],
    bad: [
      [pair(long(24_577), 'b'), 'too_many_tokens', 'the prompt is longer than the 4096 tokens that the model takes'],
      [pair('a', long(12_289)), 'too_many_tokens', 'the answer is longer than the 2048 tokens that the model takes'],
    ],
  },
  {
    model: 'anthropic.claude-3-haiku-20240307-v1:0',
    customization: 'fine-tuning',
    good: [
      [
        { system: 's', messages: turns('a', 'b', 'c', 'd') },
        { system: 's', messages: turns('a', 'b', 'c', 'd') },
      ],
      [bedrock('s', 'a', 'b'), { system: 's', messages: turns('a', 'b') }],
      [{ text: 'a', label: 'good' }, { messages: turns('a', 'good') }],
      [pair('Human: a', 'b'), { messages: turns('Human: a', 'b') }],
    ],
    bad: [
      ...conversationOnly,
      [pair('a\nHuman: b', 'c'), 'reserved_text', KEPT],
      [pair('a', 'b\nAssistant: c'), 'reserved_text', KEPT],
      [pair('a', 'b', 'c\nHuman: d'), 'reserved_text', KEPT],
      [pair(long(192_001), 'b'), 'too_many_tokens', 'the record is longer than the 32000 tokens that the model takes'],
    ],
    doubtful: [
      [
        pair(long(97_000), 'b'),
        'too_many_tokens',
        'the record may be longer than the 32000 tokens that the model takes, by an estimate',
      ],
    ],
  },
  {
    model: 'amazon.nova-micro-v1:0',
    customization: 'distillation',
    good: [
      [{ prompt: 'a' }, bedrock(undefined, 'a')],
      [{ prompt: 'a', completion: 'b', system: 's' }, bedrock('s', 'a', 'b')],
      [bedrock('s', 'a'), bedrock('s', 'a')],
      [{ messages: turns('a', 'b', 'c') }, bedrock(undefined, 'a', 'b', 'c')],
      [{ text: 'a', label: 'good' }, bedrock(undefined, 'a', 'good')],
    ],
    bad: [
      [{ messages: [says('system', 's')] }, 'no_question', 'the conversation has no question of the user to answer'],
      [
        { messages: [says('user', 'a'), says('user', 'b')] },
        'role_order',
        'user and assistant must take turns, the user first',
      ],
      [{ prompt: 'User: a' }, 'reserved_text', 'a text that the model keeps for itself: the job would fail'],
      PLAIN,
    ],
  },
  {
    model: 'anthropic.claude-3-haiku-20240307-v1:0',
    customization: 'distillation',
    good: [[{ prompt: 'a', system: 's' }, bedrock('s', 'a')]],
    bad: [
      [{ messages: turns('a', 'b', 'c') }, 'unfit_record', 'distillation takes one question and one answer a record'],
      [{ prompt: 'a\n\nHuman: b' }, 'reserved_text', KEPT],
    ],
  },
  {
    model: 'amazon.nova-2-lite-v1:0',
    customization: 'reinforcement-fine-tuning',
    good: [
      [
        { id: 'x', messages: [says('system', 's'), says('user', 'a')], reference_answer: { steps: [1] }, level: 2 },
        { id: 'x', level: 2, messages: [says('system', 's'), says('user', 'a')], reference_answer: { steps: [1] } },
      ],
      [{ messages: turns('a', 'b') }, { messages: turns('a'), reference_answer: 'b' }],
      [
        { text: 'a', label: 'good' },
        { messages: turns('a'), reference_answer: 'good' },
      ],
    ],
    bad: [
      [{ messages: [says('system', 's')] }, 'no_question', 'the conversation has no question of the user to answer'],
      [
        { messages: [says('user', [{ type: 'image_url', image_url: {} }])], reference_answer: 1 },
        'unsupported',
        'a message holds something else than text',
      ],
      [
        { messages: turns('<image> a'), reference_answer: 1 },
        'reserved_text',
        'a text that the model keeps for itself: the job would fail',
      ],
      PLAIN,
    ],
    doubtful: [[{ messages: turns('a') }, 'no_answer', 'there is no reference_answer to grade by']],
  },
  {
    model: 'amazon.titan-embed-image-v1',
    customization: 'fine-tuning',
    good: [],
    bad: [[pair('a', 'b'), 'unfit_kind', 'the model is customized with images, not with a prompt and its completion']],
  },
];
