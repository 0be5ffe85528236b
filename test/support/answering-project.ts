import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeywordProject } from './keyword-project.ts';

/** A model of the standard library alone that generates: it answers with the last word that it is asked with. */
const INFERENCE = `
import json

def model_fn(model_dir):
    return None

def input_fn(body, content_type):
    text = body.decode() if isinstance(body, bytes) else body
    return [json.loads(line) for line in text.splitlines() if line]

def predict_fn(rows, model):
    return [(row["messages"][-1]["content"] if "messages" in row else row["prompt"]).split()[-1] for row in rows]

def output_fn(answers, accept):
    return "".join(json.dumps(ANSWER) + "\\n" for answer in answers), accept
`;

const TRAIN = `
import json, os, pathlib

rows = [json.loads(line) for line in (pathlib.Path(os.environ["SM_CHANNEL_TRAIN"]) / "train.jsonl").open()]
(pathlib.Path(os.environ["SM_MODEL_DIR"]) / "rows.json").write_text(json.dumps(sorted(rows[0])))
print("rows=%d" % len(rows), flush=True)
`;

export interface AnsweringOptions {
  readonly name: string;
  readonly kind: 'completion' | 'chat';
  /** How an answer is written, in Python. */
  readonly answer?: string;
}

/** Writes the project into a directory. Of its 20 answers, each fourth is not the last word of the question. */
export async function writeAnsweringProject(
  directory: string,
  { name, kind, answer = '{"completion": answer}' }: AnsweringOptions,
): Promise<KeywordProject> {
  await mkdir(directory, { recursive: true });
  const specFile = join(directory, 'temper.yaml');
  const rows = Array.from({ length: 20 }, (_, i) => {
    const [prompt, completion] = [`Say number${i}`, i % 4 === 0 ? `the word: number${i}` : `Number${i}!`];
    if (kind === 'completion') return { prompt, completion };
    return {
      messages: [
        { role: 'user', content: prompt },
        { role: 'assistant', content: completion },
      ],
    };
  });
  const files = {
    'train.py': TRAIN,
    'inference.py': INFERENCE.replace('ANSWER', answer),
    'data.jsonl': rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
    'temper.yaml': `
name: ${name}
data: { source: data.jsonl, split: { test: 0.4, seed: 1 } }
train: { engine: sagemaker, script: train.py }
evaluate: {}
gate: [token_f1 >= 0.5]
deploy: { to: sagemaker-endpoint }
`,
  };
  await Promise.all(Object.entries(files).map(([file, text]) => writeFile(join(directory, file), text)));
  return { directory, specFile };
}
