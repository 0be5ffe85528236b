/** An example as what is said in training: questions and answers, whatever kind it was. */

import { type Example, type Message, questionOf } from '../../data/examples.ts';
import type { RowProblem } from '../../data/problems.ts';
import { shown } from '../../shown.ts';
import { classificationPrompt } from '../question.ts';

export interface Exchange {
  readonly system?: string;
  /** Of user and assistant; the answer to be learnt, where there is one, is the last. */
  readonly turns: readonly Message[];
  /** What a grader holds answers against. */
  readonly reference?: unknown;
  /** What else a grader is given. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** @param template of `train.prompt`: how a text to classify is asked about */
export function exchangeOf(example: Example, template: string): Exchange | RowProblem {
  switch (example.kind) {
    case 'classification':
      return { turns: asked(classificationPrompt(template, example.text), example.label) };
    case 'completion': {
      const { system, prompt, completion } = example;
      return { ...(system === undefined ? {} : { system }), turns: asked(prompt, completion) };
    }
    case 'chat':
      return conversation(example.messages);
    case 'prompt': {
      const { messages, reference_answer: reference, metadata } = example;
      const said = conversation(messages);
      return 'code' in said ? said : { ...said, reference, ...(metadata && { metadata }) };
    }
    case 'text':
      return {
        code: 'unfit_kind',
        message: 'plain text asks nothing and answers nothing',
        value: shown(questionOf(example)),
        fix: 'give prompts and completions, or use the text for continued pre-training',
      };
  }
}

const asked = (question: string, answer: string): Message[] => [
  { role: 'user', content: question },
  { role: 'assistant', content: answer },
];

/** What the system says at the beginning is one system prompt, however many messages it takes. */
function conversation(messages: readonly Message[]): Exchange | RowProblem {
  const spoken = messages.findIndex(({ role }) => role !== 'system');
  const turns = messages.slice(spoken);
  const late = turns.findIndex(({ role }) => role === 'system');
  if (late !== -1) {
    return {
      code: 'role_order',
      message: 'a system message stands within the conversation',
      value: `messages[${spoken + late}]: ${shown(turns[late]?.content)}`,
      fix: 'put it at the beginning, or leave the row out',
    };
  }
  if (spoken === 0) return { turns };
  return {
    system: messages
      .slice(0, spoken)
      .map(({ content }) => content)
      .join('\n\n'),
    turns,
  };
}
