import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { usageError, whyUnreadable } from '../errors.ts';

/** What is sent to an endpoint. */
export interface InvokeRequest {
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** What a model is asked with, by the option that gives it: a row of the kind that the model was trained on. */
const ROW_OF = {
  text: (text: string) => ({ text }),
  prompt: (prompt: string) => ({ prompt }),
  message: (content: string) => ({ messages: [{ role: 'user', content }] }),
} as const;
type RowOption = keyof typeof ROW_OF;

export interface Asked extends Readonly<Record<RowOption, readonly string[]>> {
  readonly document: string | undefined;
  readonly file: string | undefined;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.jsonl': 'application/jsonlines',
  '.json': 'application/json',
  '.csv': 'text/csv',
};

/** Makes the request out of what was given on the command line: texts, a JSON document, or a file. */
export async function readRequest(
  { cwd }: Pick<Context, 'cwd'>,
  { document, file, ...rows }: Asked,
): Promise<InvokeRequest> {
  const asked = (Object.keys(ROW_OF) as RowOption[]).filter((option) => rows[option].length > 0);
  const given = [...asked, document, file].filter((each) => each !== undefined).length;
  if (given !== 1) {
    throw usageError(
      'Usage',
      'give one of --text TEXT, --prompt TEXT, --message TEXT, --json DOCUMENT and --file FILE',
    );
  }
  if (document !== undefined) return { contentType: 'application/json', body: checked(document) };
  if (file !== undefined) {
    const contentType = CONTENT_TYPES[extname(file).toLowerCase()] ?? 'text/plain';
    return { contentType, body: await read(resolve(cwd, file), file) };
  }
  const lines = asked.flatMap((option) => rows[option].map((text) => `${JSON.stringify(ROW_OF[option](text))}\n`));
  return { contentType: 'application/jsonlines', body: lines.join('') };
}

function checked(document: string): string {
  try {
    JSON.parse(document);
    return document;
  } catch (error) {
    throw usageError('InvalidJson', `not JSON: ${(error as Error).message}`, `write it as --json '{"text": "..."}'`);
  }
}

async function read(path: string, file: string): Promise<Uint8Array> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw usageError('FileUnreadable', `cannot read ${file}: ${whyUnreadable(error)}`);
  });
}
