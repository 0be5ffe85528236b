import { text } from 'node:stream/consumers';
import { isObject, type Json } from '../../aws/model.ts';
import { type ObjectStore, parseS3Uri } from '../../aws/s3.ts';
import { JobFailure } from '../jobs.ts';

/** A line of a prompt data set. */
export interface EvaluatedPrompt {
  readonly prompt: string;
  readonly referenceResponse?: string;
  /** Answers that were had elsewhere, by what gave them. */
  readonly modelResponses: readonly { readonly response: string; readonly modelIdentifier: string }[];
  /** The line as it was given. */
  readonly record: Json;
}

const MOST_PROMPTS = 1000;

/** Reads a data set of one's own. Throws a {@link JobFailure} that names the line where one is wrong. */
export async function readDataset(s3: ObjectStore, uri: string, signal: AbortSignal): Promise<EvaluatedPrompt[]> {
  const content = await text(await s3.open(parseS3Uri(uri), signal));
  const prompts = content
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [promptIn(line, index, uri)]));
  if (prompts.length === 0) throw new JobFailure(`${uri} has no prompts`);
  if (prompts.length > MOST_PROMPTS)
    throw new JobFailure(`${uri} has ${prompts.length} prompts; a data set has at most ${MOST_PROMPTS}`);
  return prompts;
}

function promptIn(line: string, index: number, uri: string): EvaluatedPrompt {
  const record = parsed(line);
  const { prompt, referenceResponse, modelResponses = [] } = isObject(record) ? record : {};
  const wrong = (what: string): JobFailure => new JobFailure(`line ${index + 1} of ${uri} ${what}`);
  if (!isObject(record) || typeof prompt !== 'string') throw wrong('is no JSON object with a prompt');
  if (referenceResponse !== undefined && typeof referenceResponse !== 'string')
    throw wrong('has a referenceResponse that is no text');
  if (!Array.isArray(modelResponses)) throw wrong('has modelResponses that are no list');
  return {
    prompt,
    ...(referenceResponse !== undefined && { referenceResponse }),
    modelResponses: modelResponses.map((each: unknown) => {
      const { response, modelIdentifier } = isObject(each) ? each : {};
      if (typeof response !== 'string' || typeof modelIdentifier !== 'string')
        throw wrong('has modelResponses without a response and a modelIdentifier');
      return { response, modelIdentifier };
    }),
    record,
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
