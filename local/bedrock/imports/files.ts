/** What a model to import must consist of: files of Hugging Face's transformers, as AWS takes them. */
import { text } from 'node:stream/consumers';
import { ARCHITECTURES, MAX_POSITIONS } from '../../../spec/bedrock/import.ts';
import { isObject, type Json } from '../../aws/model.ts';
import { joinS3, type ObjectStore, parseS3Uri } from '../../aws/s3.ts';
import { JobFailure } from '../jobs.ts';
import type { LearningExample } from '../learning/learned-model.ts';
import { examplesOf, type Turn } from '../learning/prompt.ts';
import { tensorsIn } from './safetensors.ts';

/** What an imported model is, as far as its files tell. */
export interface ImportedFiles {
  /** As config.json names it. */
  readonly architecture: string;
  /** Whether there is a chat template, without which Converse does not take it. */
  readonly instructSupported: boolean;
  /** Of `examples.jsonl` beside the weights, which is what the stand-in learns. */
  readonly examples: readonly LearningExample[];
}

/** Reads the files below a prefix. Throws a {@link JobFailure} for what AWS would not import. */
export async function readFiles(s3: ObjectStore, uri: string, signal: AbortSignal): Promise<ImportedFiles> {
  const prefix = parseS3Uri(joinS3(uri, '')).key;
  const names: string[] = [];
  for await (const { key } of s3.list(joinS3(uri, ''))) names.push(key.slice(prefix.length));
  if (names.some((name) => /^adapter_(config\.json|model\.)/.test(name)))
    throw new JobFailure(
      `${uri} has the files of a LoRA adapter. Merge it with its base model, and import the merged weights.`,
    );
  const weights = names.filter((name) => name.endsWith('.safetensors'));
  const missing = [
    ...(names.includes('config.json') ? [] : ['config.json']),
    ...(weights.length > 0 ? [] : ['*.safetensors']),
    ...(names.includes('tokenizer_config.json') ? [] : ['tokenizer_config.json']),
    ...(names.includes('tokenizer.json') || names.includes('tokenizer.model') ? [] : ['tokenizer.json']),
  ];
  if (missing.length > 0) throw new JobFailure(`${uri} lacks files of a Hugging Face model: ${missing.join(', ')}`);

  const read = async (name: string): Promise<string> => text(await s3.open(parseS3Uri(joinS3(uri, name)), signal));
  const config = objectIn(await read('config.json'), 'config.json');
  for (const name of weights) await checkWeights(s3, joinS3(uri, name), signal);
  const tokenizer = objectIn(await read('tokenizer_config.json'), 'tokenizer_config.json');
  return {
    architecture: architectureIn(config),
    instructSupported: tokenizer.chat_template !== undefined || names.includes('chat_template.jinja'),
    examples: names.includes('examples.jsonl') ? examplesIn(await read('examples.jsonl')) : [],
  };
}

function objectIn(content: string, name: string): Json {
  try {
    const json: unknown = JSON.parse(content);
    if (isObject(json)) return json;
  } catch {
    // Told below.
  }
  throw new JobFailure(`${name} is no JSON object`);
}

function architectureIn({ architectures, max_position_embeddings: positions }: Json): string {
  const architecture = Array.isArray(architectures) ? String(architectures[0]) : 'none';
  if (!Object.hasOwn(ARCHITECTURES, architecture))
    throw new JobFailure(
      `The architecture of config.json, ${architecture}, is not supported; these are: ${Object.keys(ARCHITECTURES).join(', ')}`,
    );
  if (typeof positions === 'number' && positions > MAX_POSITIONS)
    throw new JobFailure(
      `max_position_embeddings of config.json is ${positions}; a model to import has at most ${MAX_POSITIONS}`,
    );
  return architecture;
}

async function checkWeights(s3: ObjectStore, uri: string, signal: AbortSignal): Promise<void> {
  const tensors = await tensorsIn(await s3.open(parseS3Uri(uri), signal));
  if (tensors === undefined) throw new JobFailure(`${uri} is no safetensors file`);
  const adapter = tensors.find((name) => name.includes('.lora_'));
  if (adapter !== undefined)
    throw new JobFailure(
      `${uri} holds a LoRA adapter, ${adapter}. Merge it with its base model, and import the merged weights.`,
    );
}

/** Lines with a prompt and a completion, or with messages; others teach nothing. */
function examplesIn(content: string): LearningExample[] {
  return content.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const { prompt, completion, messages } = objectIn(line, `line ${index + 1} of examples.jsonl`);
    if (typeof prompt === 'string' && typeof completion === 'string') return [{ prompt, answer: completion }];
    const turns = (Array.isArray(messages) ? messages : []).filter(isObject);
    const said = (role: string) => turns.filter((turn) => turn.role === role).map(({ content: each }) => String(each));
    return examplesOf(
      turns.flatMap(({ role, content: each }): Turn[] =>
        role === 'user' || role === 'assistant' ? [{ role, text: String(each) }] : [],
      ),
      said('system').join('\n'),
    );
  });
}
