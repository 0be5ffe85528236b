/** The smallest project with all five steps; its model is the rule that {@link answerTo} is. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROWS = 60;

const labelOf = (text: string): string => (text.startsWith('good') ? 'positive' : 'negative');

/** What the model answers to a row. */
export function answerTo({ text }: { readonly text: string }): { readonly label: string } {
  return { label: labelOf(text) };
}

/** Writes the project into a directory, and gives its spec file. */
export async function writeProject(directory: string, name: string, more: { readonly base?: string } = {}) {
  await mkdir(directory, { recursive: true });
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const text = `${row % 2 === 0 ? 'good' : 'bad'} number ${row}`;
    return `${JSON.stringify({ text, label: labelOf(text) })}\n`;
  });
  const spec = `
name: ${name}
data: { source: data.jsonl, split: { test: 0.3, seed: 1 } }
train: { engine: sagemaker, script: train.py${more.base ? `, base: ${JSON.stringify(more.base)}` : ''} }
evaluate: { metrics: [accuracy] }
gate: [accuracy >= 0.9]
deploy: { to: sagemaker-endpoint }
`;
  const files = {
    'temper.yaml': spec,
    'data.jsonl': rows.join(''),
    'train.py': 'print("never run")\n',
    'inference.py': 'def model_fn(directory): ...\n',
  };
  await Promise.all(Object.entries(files).map(([file, content]) => writeFile(join(directory, file), content)));
  return join(directory, 'temper.yaml');
}
