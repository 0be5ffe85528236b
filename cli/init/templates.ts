/** The projects that `temper init` writes, kept as files in templates/. */
export const TEMPLATES = {
  classification: 'sort texts into labels, with scikit-learn',
  chat: 'answer in conversations: a stand-in for your language model',
  bedrock: 'sort texts into labels, with a model that Bedrock customizes',
  scratch: 'the least that a run needs, on the standard library of Python',
} as const satisfies Readonly<Record<string, string>>;

export type Template = keyof typeof TEMPLATES;
export const TEMPLATE_NAMES = Object.keys(TEMPLATES) as readonly Template[];
