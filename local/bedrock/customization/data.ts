/** Training and validation files: read from S3, held against the limits of the model, and turned into examples. */
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Limits } from '../../../spec/bedrock/customization.ts';
import { type BaseModel, type CustomizationFacts, limitsOf } from '../../../spec/bedrock/models.ts';
import { linesOf } from '../../aws/lines.ts';
import { isObject } from '../../aws/model.ts';
import { type ObjectStore, parseS3Uri } from '../../aws/s3.ts';
import { JobFailure } from '../jobs.ts';
import { MAX_EXAMPLES } from '../learning/learn.ts';
import { FORMATS, FormatError, type Record, readRecord } from './records.ts';

export interface Reading {
  readonly model: BaseModel;
  readonly facts: CustomizationFacts;
  readonly batchSize: number;
  /** The teacher answers: lines may be prompts, and what is no record is passed over, as AWS does. */
  readonly distilled: boolean;
  readonly signal: AbortSignal;
}

/** Records, of which no more are kept than can be learned, so that a file of gigabytes does not fill the memory. */
export class Records {
  readonly kept: Record[] = [];
  count = 0;

  add(record: Record): void {
    this.count += 1;
    if (this.kept.length < MAX_EXAMPLES) this.kept.push(record);
  }
}

/**
 * Adds every record of a file to `records`. Throws a {@link JobFailure} in AWS's words, with the line, at the first that is
 * not right.
 */
export async function readFile(s3: ObjectStore, uri: string, reading: Reading, records: Records): Promise<void> {
  const { model, facts, batchSize, distilled, signal } = reading;
  const object = parseS3Uri(uri);
  const limits = limitsOf(facts, { batchSize });
  let line = 0;
  for await (const text of linesOf(await s3.open(object, signal))) {
    line += 1;
    try {
      const record = readRecord(facts.format, parsed(text, object.key), { prompts: distilled });
      refuseReserved(record, model);
      refuseLong(record, model, limits);
      records.add(record);
    } catch (error) {
      if (distilled && (error instanceof FormatError || error instanceof JobFailure)) continue;
      if (error instanceof JobFailure) throw new JobFailure(`${error.message} (line ${line})`);
      if (!(error instanceof FormatError)) throw error;
      throw new JobFailure(
        `Input data at ${object.key} must follow '${FORMATS[facts.format]}' format (line ${line}: ${error.message})`,
      );
    }
  }
}

function parsed(text: string, key: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new JobFailure(`Unable to parse Amazon S3 file: ${key}. Data files must conform to JSONL format.`);
  }
}

function refuseReserved({ prompt, answer }: Record, { reserved }: BaseModel): void {
  const found =
    reserved?.inPrompts.find((each) => prompt.includes(each)) ??
    reserved?.inAnswers?.find((each) => answer.includes(each));
  if (found !== undefined)
    throw new JobFailure(`Input data has the reserved string ${JSON.stringify(found)}, which is not allowed`);
}

/** In AWS's words. Its tokens are estimated here, by the length of the text. */
function refuseLong({ prompt, answer }: Record, { charactersPerToken }: BaseModel, limits: Limits): void {
  const tokens = (text: string) => Math.ceil(text.length / charactersPerToken);
  const [input, output] = [tokens(prompt), tokens(answer)];
  const { inputTokens = Number.POSITIVE_INFINITY, outputTokens = Number.POSITIVE_INFINITY } = limits;
  const { tokens: total = Number.POSITIVE_INFINITY } = limits;
  if (input > inputTokens) throw new JobFailure(`Maximum input token count ${input} exceeds limit of ${inputTokens}`);
  if (output > outputTokens)
    throw new JobFailure(`Maximum output token count ${output} exceeds limit of ${outputTokens}`);
  if (input + output > total)
    throw new JobFailure(`Max sum of input and output token length ${input + output} exceeds total limit of ${total}`);
}

/** Throws a {@link JobFailure} where there are too few or too many records. */
export function refuseCounts(train: number, validation: number, limits: Limits): void {
  const counts = [
    ['training', train, limits.minTrainRecords, limits.trainRecords],
    ['validation', validation, undefined, limits.validationRecords],
    ['training and validation', train + validation, limits.minRecords, limits.records],
  ] as const;
  for (const [what, count, least = 1, most = Number.POSITIVE_INFINITY] of counts) {
    if (count < least && what !== 'validation')
      throw new JobFailure(`The number of ${what} records, ${count}, is less than the minimum of ${least}`);
    if (count > most) throw new JobFailure(`The number of ${what} records, ${count}, exceeds the limit of ${most}`);
  }
}

export interface LogSource {
  readonly uri: string;
  /** Whether what was answered is learned, or a teacher answers anew. */
  readonly withAnswers: boolean;
  /** `requestMetadataFilters` of the job. */
  readonly filters?: Readonly<{ [kind: string]: unknown }> | undefined;
}

/** Adds what invocation logs hold: gzipped files under a prefix, as Bedrock's logging writes them. Others are passed over. */
export async function readLogs(
  s3: ObjectStore,
  { uri, withAnswers, filters }: LogSource,
  signal: AbortSignal,
  records: Records,
): Promise<void> {
  for await (const object of s3.list(uri)) {
    if (!object.key.endsWith('.gz')) continue;
    // What becomes of the pipeline is met by whoever reads its end.
    const unzipped = pipeline(await s3.open(object, signal), createGunzip(), () => {});
    for await (const text of linesOf(unzipped)) {
      const record = recordOfLog(text, withAnswers, filters);
      if (record) records.add(record);
    }
  }
}

function recordOfLog(text: string, withAnswers: boolean, filters: LogSource['filters']): Record | undefined {
  try {
    const log: unknown = JSON.parse(text);
    if (!isObject(log) || log.schemaType !== 'ModelInvocationLog' || !passes(log.requestMetadata, filters)) return;
    const [asked, answered] = [body(log.input, 'inputBodyJson'), body(log.output, 'outputBodyJson')];
    const output = isObject(answered.output) ? answered.output.message : undefined;
    const messages = [...(asked.messages as unknown[]), ...(withAnswers && output ? [output] : [])];
    const conversation = { schemaVersion: 'bedrock-conversation-2024', system: asked.system, messages };
    return readRecord('bedrock-conversation-2024', conversation, { prompts: true });
  } catch {
    // Not a record of text in the form of Converse.
    return;
  }
}

function body(side: unknown, member: string): Readonly<{ [name: string]: unknown }> {
  const found = isObject(side) ? side[member] : undefined;
  return isObject(found) ? found : {};
}

function passes(metadata: unknown, filters: LogSource['filters']): boolean {
  if (!filters) return true;
  const has = (wanted: unknown) =>
    Object.entries(isObject(wanted) ? wanted : {}).every(
      ([key, value]) => isObject(metadata) && metadata[key] === value,
    );
  const { equals, notEquals, andAll, orAll } = filters;
  if (equals !== undefined) return has(equals);
  if (notEquals !== undefined) return !has(notEquals);
  if (Array.isArray(andAll)) return andAll.every((each) => passes(metadata, each));
  return !Array.isArray(orAll) || orAll.some((each) => passes(metadata, each));
}
