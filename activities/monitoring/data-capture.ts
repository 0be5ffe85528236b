/** Lines of the files that data capture of SageMaker endpoints writes. */
import { z } from 'zod';
import { parseWorkflowId } from '../../spec/naming.ts';
import { BrokenRecord, type Exchange, type KeptRequest, parsedLine } from './exchange.ts';

const side = z.object({ observedContentType: z.string().optional(), data: z.string(), encoding: z.string() });

const record = z.object({
  captureData: z.object({ endpointInput: side.optional(), endpointOutput: side.optional() }),
  eventMetadata: z.object({
    eventId: z.string(),
    inferenceId: z.string().optional(),
    inferenceTime: z.iso.datetime({ offset: true }),
  }),
});

/** Reads a line. Throws a {@link BrokenRecord} where it is not what SageMaker writes, or has nothing that was asked. */
export function capturedRequest(line: string): KeptRequest {
  const { captureData, eventMetadata } = parsedLine(line, record);
  const { eventId: requestId, inferenceId, inferenceTime } = eventMetadata;
  const { endpointInput, endpointOutput } = captureData;
  if (!endpointInput) throw new BrokenRecord('it has no endpointInput');
  const questions = rowsOf(endpointInput);
  const answers = endpointOutput && rowsOf(endpointOutput);
  const at = new Date(inferenceTime);
  const exchanges = questions.map(
    (question, row): Exchange => ({
      at,
      requestId,
      ...(inferenceId !== undefined && { inferenceId }),
      row,
      question,
      ...answerOf(answers, row, questions.length),
    }),
  );
  return { exchanges, own: parseWorkflowId(inferenceId ?? '') !== undefined };
}

/** One document is one answer, also where it is a list; otherwise answers belong to rows where there are as many. */
function answerOf(answers: readonly unknown[] | undefined, row: number, rows: number): Pick<Exchange, 'answer'> {
  if (!answers) return {};
  if (answers.length === rows) return { answer: answers[row] };
  return rows === 1 ? { answer: answers } : {};
}

/**
 * The rows of a body: of JSON Lines each line, of a list of objects each of them; the whole of any other document, or of
 * text that is no JSON. Scripts answer with lines whatever type they were asked for, so that the text decides.
 */
function rowsOf({ observedContentType = '', data, encoding }: z.infer<typeof side>): unknown[] {
  const text = encoding === 'BASE64' ? Buffer.from(data, 'base64').toString('utf8') : data;
  try {
    const document: unknown = JSON.parse(text);
    return Array.isArray(document) && document.every(isRow) ? document : [document];
  } catch {
    // Lines, or no JSON.
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  try {
    return lines.map((line): unknown => JSON.parse(line));
  } catch {
    if (observedContentType.includes('json')) throw new BrokenRecord(`a body of ${observedContentType} is not JSON`);
    return [text];
  }
}

const isRow = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
