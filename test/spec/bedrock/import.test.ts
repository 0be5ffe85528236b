import { describe, expect, it } from 'vitest';
import { importProblems, isOfModel, modelDirectory } from '../../../spec/bedrock/import.ts';

const LLAMA = { architectures: ['LlamaForCausalLM'], max_position_embeddings: 8192 };
const FILES = ['config.json', 'model.safetensors', 'tokenizer_config.json', 'tokenizer.json'];

function problems(names: readonly string[], config: unknown = LLAMA, bytes = 1e9, more: [string, string][] = []) {
  const texts = new Map([...names.map((name): [string, string] => [name, JSON.stringify(config)]), ...more]);
  return importProblems(
    names.map((path) => ({ path, bytes })),
    texts,
  );
}

describe('what Bedrock imports', () => {
  it('is a Hugging Face model, at the top of its archive or in a directory of it', () => {
    expect(problems(FILES)).toEqual([]);
    const below = ['code/inference.py', 'checkpoint-50/config.json', ...FILES.map((name) => `merged/${name}`)];
    expect(problems(below)).toEqual([]);
    expect(modelDirectory(below.map((path) => ({ path, bytes: 1 })))).toBe('merged/');
    expect(below.filter((path) => isOfModel({ path, bytes: 1 }))).toEqual(FILES.map((name) => `merged/${name}`));
  });

  it.each<[what: string, told: string[], expected: string]>([
    ['an adapter', problems(['adapter_config.json', 'adapter_model.safetensors']), 'it holds a LoRA adapter: merge it'],
    ['no configuration', problems(FILES.slice(1)), 'it has no config.json: save the model with save_pretrained()'],
    [
      'weights of another kind',
      problems(['config.json', 'pytorch_model.bin', ...FILES.slice(2)]),
      'it has no *.safetensors',
    ],
    ['no tokenizer', problems(FILES.slice(0, 3)), 'it lacks files of its tokenizer'],
    [
      'another architecture',
      problems(FILES, { architectures: ['BertModel'] }),
      'its architecture is BertModel, and Bedrock imports GPTBigCode',
    ],
    ['no architecture', problems(FILES, {}), 'its architecture is not told'],
    ['a configuration that is none', problems(FILES, 1), 'its config.json is no JSON object'],
    [
      'too long a context',
      problems(FILES, { ...LLAMA, max_position_embeddings: 262_144 }),
      'its max_position_embeddings is 262144',
    ],
    ['too much text', problems(FILES, LLAMA, 60e9), 'it has 240 GB, and Bedrock takes less than 200'],
    [
      'too much that sees',
      problems(FILES, { architectures: ['Qwen2VLForConditionalGeneration'] }, 30e9),
      'it has 120 GB, and Bedrock takes less than 100',
    ],
    [
      'weights that are missing',
      problems([...FILES, 'model.safetensors.index.json'], LLAMA, 1, [
        ['model.safetensors.index.json', '{"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}'],
      ]),
      'it lacks weights that its index names: model-2.safetensors',
    ],
  ])('is not %s', (_, told, expected) => {
    expect(told).toEqual([expect.stringContaining(expected)]);
  });
});
