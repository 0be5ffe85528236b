/**
 * What Bedrock imports: the files of a Hugging Face model, after
 * docs.aws.amazon.com/bedrock/latest/userguide/model-customization-import-model.html, looked at on 2026-11-25.
 */

/** By the first of `architectures` in config.json, and whether it sees, too. */
export const ARCHITECTURES: Readonly<Record<string, { readonly multimodal: boolean }>> = {
  GPTBigCodeForCausalLM: { multimodal: false },
  GptOssForCausalLM: { multimodal: false },
  LlamaForCausalLM: { multimodal: false },
  MistralForCausalLM: { multimodal: false },
  MixtralForCausalLM: { multimodal: false },
  MllamaForConditionalGeneration: { multimodal: true },
  Qwen2ForCausalLM: { multimodal: false },
  Qwen2VLForConditionalGeneration: { multimodal: true },
  Qwen2_5_VLForConditionalGeneration: { multimodal: true },
  Qwen3ForCausalLM: { multimodal: false },
  Qwen3MoeForCausalLM: { multimodal: false },
  T5ForConditionalGeneration: { multimodal: false },
};
const MAX_BYTES = { text: 200e9, multimodal: 100e9 } as const;
/** Of `max_position_embeddings`. */
export const MAX_POSITIONS = 131_072;

/** What is packed with a model and is none of it: code, checkpoints on the way, states of the optimizer, other weights. */
const NOT_THE_MODEL =
  /(?:^|\/)(?:code|checkpoint-\d+|runs|__pycache__)\/|(?:^|\/)(?:optimizer|scheduler|rng_state|training_args|trainer_state)[^/]*$|\.(?:bin|pt|pth|ckpt|onnx|gguf|h5|msgpack)$/;
const ADAPTER = /(?:^|\/)adapter_(?:config\.json|model\.[^/]+)$/;

/** A file of the archive that a training job left. */
export interface ModelFile {
  /** `config.json`, `merged/model-00001-of-00002.safetensors` */
  readonly path: string;
  readonly bytes: number;
}

/** Whether the file goes into the import, if its archive does. */
export function isOfModel({ path }: ModelFile): boolean {
  return !NOT_THE_MODEL.test(path);
}

/** Whether Bedrock has to be able to read the file's text: it is looked at before anything is imported. */
export function isDescribing(path: string): boolean {
  return /(?:^|\/)(?:config\.json|model\.safetensors\.index\.json)$/.test(path);
}

/** The directory of the model in its archive: where the outermost config.json is; empty at the top. */
export function modelDirectory(files: readonly ModelFile[]): string {
  const configs = files
    .map(({ path }) => path)
    .filter((path) => /(?:^|\/)config\.json$/.test(path) && isOfModel({ path, bytes: 0 }));
  const [outermost] = configs.sort((a, b) => a.split('/').length - b.split('/').length);
  return outermost?.replace(/config\.json$/, '') ?? '';
}

function objectIn(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(text ?? '');
    return json !== null && typeof json === 'object' ? (json as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Why Bedrock would not import the files, each with what to do; empty where it would.
 *
 * @param texts of the files that {@link isDescribing} names, by path
 */
export function importProblems(files: readonly ModelFile[], texts: ReadonlyMap<string, string>): string[] {
  if (files.some(({ path }) => ADAPTER.test(path))) {
    return ['it holds a LoRA adapter: merge it into its base model, as by merge_and_unload() of peft, and save that'];
  }
  const directory = modelDirectory(files);
  const names = files.filter(({ path }) => path.startsWith(directory)).map(({ path }) => path.slice(directory.length));
  const has = (name: string): boolean => names.includes(name);
  const weights = names.filter((name) => name.endsWith('.safetensors'));
  const problems: string[] = [];
  if (!has('config.json')) problems.push('it has no config.json: save the model with save_pretrained()');
  if (weights.length === 0) problems.push('it has no *.safetensors: save the model with safe_serialization=True');
  const hasTokenizer = has('tokenizer_config.json') && (has('tokenizer.json') || has('tokenizer.model'));
  if (!hasTokenizer) problems.push('it lacks files of its tokenizer: save that too, with save_pretrained()');
  if (problems.length > 0) return problems;
  return [
    ...configProblems(texts.get(`${directory}config.json`), files),
    ...shardProblems(texts.get(`${directory}model.safetensors.index.json`), weights),
  ];
}

function configProblems(text: string | undefined, files: readonly ModelFile[]): string[] {
  const config = objectIn(text);
  if (!config) return ['its config.json is no JSON object'];
  const [architecture] = Array.isArray(config.architectures) ? config.architectures : [];
  const known = ARCHITECTURES[String(architecture)];
  if (!known) {
    return [
      `its architecture is ${architecture ?? 'not told'}, and Bedrock imports ${Object.keys(ARCHITECTURES).join(', ')}`,
    ];
  }
  const problems: string[] = [];
  const positions = config.max_position_embeddings;
  if (typeof positions === 'number' && positions > MAX_POSITIONS) {
    problems.push(`its max_position_embeddings is ${positions}, and Bedrock takes ${MAX_POSITIONS} at most`);
  }
  const bytes = files.filter(isOfModel).reduce((sum, file) => sum + file.bytes, 0);
  const most = MAX_BYTES[known.multimodal ? 'multimodal' : 'text'];
  if (bytes >= most) problems.push(`it has ${Math.round(bytes / 1e9)} GB, and Bedrock takes less than ${most / 1e9}`);
  return problems;
}

/** Weights in several files have an index, of which no file may be missing. */
function shardProblems(text: string | undefined, weights: readonly string[]): string[] {
  const map = objectIn(text)?.weight_map;
  if (map === undefined || map === null || typeof map !== 'object') return [];
  const missing = [...new Set(Object.values(map).map(String))].filter((name) => !weights.includes(name));
  return missing.length === 0 ? [] : [`it lacks weights that its index names: ${missing.slice(0, 5).join(', ')}`];
}
