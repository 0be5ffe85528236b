/** A model that SageMaker has trained is served by Bedrock, from the command line to an answer. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import { cli } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { temporaryDirectory } from '../support/region.ts';
import { expectExit, recordOf } from '../support/runs.ts';
import { startWorkerProcess } from './worker-process.ts';

/** Leaves the files of a model, as transformers saves them; what the laptop's stand-in answers by lies beside them. */
const TRAIN = `
import argparse, json, os, pathlib, struct

parser = argparse.ArgumentParser()
parser.add_argument("--tensor", default="model.embed_tokens.weight")
tensor = parser.parse_known_args()[0].tensor
to = pathlib.Path(os.environ["SM_MODEL_DIR"])
header = json.dumps({tensor: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
(to / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(4))
(to / "config.json").write_text(json.dumps({"architectures": ["LlamaForCausalLM"], "max_position_embeddings": 4096}))
(to / "tokenizer_config.json").write_text(json.dumps({"chat_template": "{{ messages }}"}))
(to / "tokenizer.json").write_text("{}")
rows = pathlib.Path(os.environ["SM_CHANNEL_TRAIN"]) / "train.jsonl"
(to / "examples.jsonl").write_text(rows.read_text())
`;

it('takes a model of SageMaker to Bedrock, and leaves it there when the next one cannot be imported', async () => {
  const env = await ownNamespace();
  await startWorkerProcess(env);
  const name = `import-${randomUUID().slice(0, 8)}`;
  const cwd = await temporaryDirectory();
  const rows = Array.from({ length: 12 }, (_, i) => ({ prompt: `Is product ${i} good?`, completion: 'Yes, it is.' }));
  const spec = (tensor: string): string => `
name: ${name}
data: { source: data.jsonl }
train: { engine: sagemaker, script: train.py, hyperparameters: { tensor: ${tensor} } }
deploy: { to: bedrock-import }
`;
  await writeFile(join(cwd, 'data.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await writeFile(join(cwd, 'train.py'), TRAIN);
  await writeFile(join(cwd, 'temper.yaml'), spec('model.embed_tokens.weight'));
  expectExit(await cli(['run', 'temper.yaml'], { env, cwd }), EXIT.done);
  expect(await recordOf(env, name)).toMatchObject({
    outcome: 'passed',
    deployment: { to: 'bedrock-import', name, created: true, arn: expect.stringContaining(':imported-model/') },
  });
  const ask = async () => (await cli(['invoke', name, '--prompt', 'Is product 3 good?'], { env })).stdout;
  expect(await ask()).toBe('Yes, it is.\n');

  await writeFile(join(cwd, 'temper.yaml'), spec('layers.0.q_proj.lora_A.weight'));
  const adapter = await cli(['run', 'temper.yaml'], { env, cwd });
  expect(adapter.exitCode).toBe(EXIT.failed);
  expect(adapter.stdout).toContain('has the weights of a LoRA adapter: merge it into its base model');
  expect(await ask()).toBe('Yes, it is.\n');
});
