import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A complete project of the standard library alone: a model that knows words by the label they stood with most often.
 * Its training takes milliseconds and its answers are right.
 */
const TRAIN = `
import argparse, json, os, pathlib, time

parser = argparse.ArgumentParser()
parser.add_argument("--wait-for", default="")
parser.add_argument("--fail", default="")
arguments, _ = parser.parse_known_args()
print("training has begun", flush=True)
if arguments.fail:
    raise ValueError(arguments.fail)
while arguments.wait_for and not pathlib.Path(arguments.wait_for).exists():
    time.sleep(0.05)
counts = {}
for file in pathlib.Path(os.environ["SM_CHANNEL_TRAIN"]).iterdir():
    for line in file.read_text().splitlines():
        row = json.loads(line)
        for word in row["text"].split():
            counts.setdefault(word, {}).setdefault(row["label"], 0)
            counts[word][row["label"]] += 1
(pathlib.Path(os.environ["SM_MODEL_DIR"]) / "words.json").write_text(json.dumps(counts))
print("words=%d" % len(counts), flush=True)
`;

/** Answers each line with the label of its words. */
export const INFERENCE = `
import json, os, pathlib

def model_fn(model_dir):
    return json.loads((pathlib.Path(model_dir) / "words.json").read_text())

def input_fn(body, content_type):
    text = body.decode() if isinstance(body, bytes) else body
    return [json.loads(line)["text"] for line in text.splitlines() if line]

def predict_fn(texts, model):
    labels = []
    for text in texts:
        votes = {}
        for word in text.split():
            for label, count in model.get(word, {}).items():
                votes[label] = votes.get(label, 0) + count
        labels.append(max(votes, key=votes.get) if votes else "unknown")
    return labels

def output_fn(labels, accept):
    return "\\n".join(json.dumps({"label": label}) for label in labels) + "\\n", accept
`;

export interface KeywordProject {
  readonly directory: string;
  readonly specFile: string;
}

export interface KeywordOptions {
  /** One model name for each test: resources of the shared region stay apart. */
  readonly name: string;
  /** The training script fails with this message. */
  readonly fail?: string;
  /** The training script waits until this file is there. */
  readonly waitFor?: string;
  /** Replaces the training script. */
  readonly train?: string;
  /** Replaces the serving script. */
  readonly inference?: string;
  /** False for a spec without `evaluate`, which then needs `rest` without a gate. */
  readonly evaluated?: boolean;
  /** More lines of the spec; `gate` and `deploy` by default. */
  readonly rest?: string;
  /** Bedrock customizes a model on the same rows; there are no scripts. */
  readonly bedrock?: true;
}

/** Rows whose label can be read off their words; numbered, so that no two are the same. */
export function keywordRows(count: number): { text: string; label: string }[] {
  return Array.from({ length: count }, (_, row) => ({
    text: row % 2 === 0 ? `good number${row}` : `bad number${row}`,
    label: row % 2 === 0 ? 'positive' : 'negative',
  }));
}

const BEDROCK_TRAIN = 'train: { engine: bedrock, base: amazon.nova-lite-v1:0, hyperparameters: { epochCount: 1 } }';

/** Writes the project into a directory. */
export async function writeKeywordProject(directory: string, options: KeywordOptions): Promise<KeywordProject> {
  const { name, fail = '', waitFor = '' } = options;
  await mkdir(directory, { recursive: true });
  const data = keywordRows(60).map((row) => `${JSON.stringify(row)}\n`);
  const specFile = join(directory, 'temper.yaml');
  const files = {
    'train.py': options.train ?? TRAIN,
    'inference.py': options.inference ?? INFERENCE,
    'data.jsonl': data.join(''),
    'temper.yaml': `
name: ${name}
data: { source: data.jsonl, split: { test: 0.3, seed: 1 } }
${
  options.bedrock
    ? BEDROCK_TRAIN
    : `train:
  engine: sagemaker
  script: train.py
  hyperparameters: { wait-for: ${JSON.stringify(waitFor)}, fail: ${JSON.stringify(fail)} }
  metrics: { words: 'words=([0-9]+)' }`
}
${options.evaluated === false ? '' : 'evaluate: { metrics: [accuracy] }'}
${options.rest ?? `gate: [accuracy >= 0.9]\ndeploy: { to: ${options.bedrock ? 'bedrock-on-demand' : 'sagemaker-endpoint'} }`}
`,
  };
  await Promise.all(Object.entries(files).map(([file, text]) => writeFile(join(directory, file), text)));
  return { directory, specFile };
}
