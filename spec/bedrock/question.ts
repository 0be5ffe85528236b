/** How a row of a test split is asked of a model of Bedrock: in the words in which the model was trained. */
import type { Example, Message } from '../data/examples.ts';
import type { BedrockSpec } from '../engine.ts';
import { PROMPT_TEXT } from './customization.ts';

/** System prompt and messages as Converse takes them, and batch inference in its form. */
export interface ConversePrompt {
  readonly system?: { readonly text: string }[];
  readonly messages: { readonly role: 'user' | 'assistant'; readonly content: { readonly text: string }[] }[];
}

export interface Wording {
  /** `train.prompt`: how a row with a label is asked. */
  readonly prompt: string;
  /** `evaluate.system`: of rows that have no system prompt of their own. */
  readonly system?: string | undefined;
}

/** The wording of a Bedrock run: the same in its evaluation and in its smoke test. */
export function wordingOf({ train, evaluate }: Pick<BedrockSpec, 'train' | 'evaluate'>): Wording {
  const system = evaluate && 'system' in evaluate ? evaluate.system : undefined;
  return { prompt: train.prompt, ...(system === undefined ? {} : { system }) };
}

/** How many questions are asked at once where the spec does not say it. */
export const QUESTIONS_AT_ONCE = 8;

/** A row that has a label, as it is asked. */
export function classificationPrompt(prompt: string, text: string): string {
  return prompt.replaceAll(PROMPT_TEXT, () => text);
}

function messagesOf(example: Example, prompt: string): readonly Message[] {
  switch (example.kind) {
    case 'classification':
      return [{ role: 'user', content: classificationPrompt(prompt, example.text) }];
    case 'completion': {
      const { system, prompt: question } = example;
      const asked: Message = { role: 'user', content: question };
      return system === undefined ? [asked] : [{ role: 'system', content: system }, asked];
    }
    case 'chat':
      return example.messages.slice(0, -1);
    case 'prompt':
      return example.messages;
    case 'text':
      return [{ role: 'user', content: example.text }];
  }
}

/** What to ask for an example: all of it that comes before its answer. */
export function conversePrompt(example: Example, { prompt, system }: Wording): ConversePrompt {
  const messages = messagesOf(example, prompt);
  const own = messages.filter(({ role }) => role === 'system').map(({ content: text }) => ({ text }));
  const systems = own.length === 0 && system !== undefined ? [{ text: system }] : own;
  return {
    ...(systems.length > 0 ? { system: systems } : {}),
    messages: messages.flatMap(({ role, content: text }) => (role === 'system' ? [] : [{ role, content: [{ text }] }])),
  };
}

/** All of a prompt as one text, for a judge to read. */
export function promptText({ system = [], messages }: ConversePrompt): string {
  const said = messages.map(({ role, content }) => ({ role, text: content.map(({ text }) => text).join('\n') }));
  const [only] = said;
  // Who speaks is of interest where there is more than one.
  const turns = said.length === 1 && only ? [only.text] : said.map(({ role, text }) => `${role}: ${text}`);
  return [...system.map(({ text }) => text), ...turns].join('\n\n');
}
