/** How fast `temper check` looks at a gigabyte of conversations, beside Python that only parses them. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exec } from '../../local/exec.ts';
import { builtFile, findPython } from '../../local/index.ts';
import { atEnd } from './clean-up.ts';
import type { Row } from './row.ts';
import { MAIN } from './support/processes.ts';

const MEGABYTES = 1000;
const ORJSON = 'orjson==3.13.0';

interface Measured {
  readonly seconds: number;
  /** Largest resident memory, in MB. */
  readonly memory: number;
}

export async function bench(): Promise<Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'temper-bench-'));
  atEnd(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'chat.jsonl');
  const bytes = writeConversations(file, MEGABYTES * 1e6);
  const python = await pythonWithOrjson(join(directory, 'venv'));

  const measure = async (...command: string[]): Promise<Measured> => {
    const said = await exec(python, [builtFile('scripts/bench/support/measured.py'), ...command]);
    const [seconds = 0, kilobytes = 0] = said.split(' ').map(Number);
    return { seconds, memory: kilobytes / 1000 };
  };
  const parsing = (module: string): Promise<Measured> =>
    measure(python, builtFile('scripts/bench/support/json_lines.py'), module, file);
  const checked = await measure(process.execPath, MAIN, 'check', file);
  const [json, orjson] = [await parsing('json'), await parsing('orjson')];

  const rate = ({ seconds }: Measured): number => bytes / 1e6 / seconds;
  const command = 'npm run bench -- check';
  // Both only parse.
  const what = 'temper check, 1 GB of chat';
  return [
    {
      what,
      value: rate(checked),
      unit: 'MB/s',
      peer: { name: 'json', value: rate(json) },
      command,
    },
    {
      what: `${what}, beside orjson`,
      value: rate(checked),
      unit: 'MB/s',
      aim: { above: 500 },
      peer: { name: 'orjson', value: rate(orjson) },
      command,
    },
    { what: `${what}: memory`, value: checked.memory, unit: 'MB', aim: { below: 300 }, command },
  ];
}

async function pythonWithOrjson(venv: string): Promise<string> {
  const { path } = await findPython(process.env);
  await exec(path, ['-m', 'venv', venv]);
  const python = join(venv, 'bin', 'python');
  await exec(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ORJSON]);
  return python;
}

/** Numbers from 0 to 1, the same ones each time. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const WORDS =
  'the of and to in is that model data for with this are it was on as be by at from or an which have we can their has not ' +
  'training results between these time more into other only may than also after over new such most some them first any';

/** Distinct conversations of a thousand bytes or so, a few of them beyond ASCII; returns the bytes written. */
function writeConversations(path: string, bytes: number): number {
  const random = sequence(7);
  const below = (limit: number): number => Math.floor(random() * limit);
  const words = WORDS.split(' ');
  const some = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
  const sentences = some(5000, () => {
    const text = some(5 + below(12), () => words[below(words.length)]).join(' ');
    return `${text}${below(20) === 0 ? ' größer 😀' : ''}${below(4) === 0 ? '.\n' : '. '}`;
  });
  const say = (count: number): string => some(1 + below(count), () => sentences[below(sentences.length)]).join('');
  const file = openSync(path, 'w');
  let written = 0;
  for (let row = 0; written < bytes; ) {
    const lines = some(2000, () => {
      row += 1;
      const turns = some(1 + below(3), () => [
        { role: 'user', content: `${say(4)}(${row})` },
        { role: 'assistant', content: say(8) },
      ]);
      return `${JSON.stringify({ messages: [{ role: 'system', content: 'You are helpful.' }, ...turns.flat()] })}\n`;
    });
    written += writeSync(file, lines.join(''));
  }
  closeSync(file);
  return written;
}
