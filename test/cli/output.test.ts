import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { usageError } from '../../cli/errors.ts';
import { Output, type Sink } from '../../cli/output.ts';
import { table } from '../../cli/rendering/format.ts';

interface Told {
  readonly output: Output;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

function captured({
  json = false,
  quiet = false,
  tty = false,
  env = {},
}: {
  json?: boolean;
  quiet?: boolean;
  tty?: boolean;
  env?: NodeJS.ProcessEnv;
}): Told {
  const sinks = [0, 1].map(() => Object.assign(new PassThrough(), { isTTY: tty, columns: 20 }) as PassThrough & Sink);
  const [out, err] = sinks as [PassThrough, PassThrough];
  const read = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? '';
  return {
    output: new Output({ stdout: out, stderr: err, env, json, quiet, debug: false }),
    stdout: () => read(out),
    stderr: () => read(err),
  };
}

describe('for people', () => {
  it('puts data on stdout and messages on stderr', () => {
    const { output, stdout, stderr } = captured({});
    output.note({ code: 'note', text: 'by the way' });
    output.story({ code: 'story', text: 'once' });
    output.result({ answer: 42 }, 'it is 42');
    expect(stdout()).toBe('once\nit is 42\n');
    expect(stderr()).toBe('by the way\n');
  });

  it('uses colour and redraws lines on a terminal only', () => {
    const plain = captured({});
    plain.output.live('working');
    plain.output.result({}, plain.output.style.red('red'));
    expect(plain.stdout()).toBe('red\n');

    const terminal = captured({ tty: true });
    terminal.output.live('a line that is longer than the terminal');
    terminal.output.result({}, terminal.output.style.red('red'));
    expect(terminal.stdout()).toBe('\r\u001b[2Ka line that is lon…\r\u001b[2K\u001b[31mred\u001b[39m\n');

    const uncoloured = captured({ tty: true, env: { NO_COLOR: '1' } });
    uncoloured.output.result({}, uncoloured.output.style.red('red'));
    expect(uncoloured.stdout()).toBe('red\n');
  });

  it('colours where it is told to, and not where it is told not to', () => {
    const red = (env: NodeJS.ProcessEnv, tty = false): string => captured({ tty, env }).output.style.red('red');
    expect(red({ FORCE_COLOR: '1', TERM: 'dumb' })).toBe('\u001b[31mred\u001b[39m');
    expect(red({ FORCE_COLOR: '0' }, true)).toBe('red');
    expect(red({ TERM: 'dumb' }, true)).toBe('red');
    expect(red({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe('red');
  });

  it('cuts lines by the columns that their characters take', () => {
    const { output, stdout } = captured({ tty: true });
    output.live('学習データを送信しています');
    expect(stdout()).toBe('\r\u001b[2K学習データを送信して…');
  });

  it('says the answer and errors only, where it is to be quiet', () => {
    const { output, stdout, stderr } = captured({ quiet: true, tty: true });
    output.note({ code: 'note', text: 'by the way' });
    output.story({ code: 'story', text: 'once' });
    output.live('working');
    output.result({ answer: 42 }, '\nit is 42');
    expect([stdout(), stderr()]).toEqual(['it is 42\n', '']);
    output.failure(usageError('InvalidSpec', 'no name'));
    expect(stderr()).toContain('no name');
  });

  it('names commands as they have to be typed', () => {
    const error = usageError('RunNotFound', 'no run', 'list them with: temper ls');
    const plain = captured({});
    plain.output.failure(error);
    expect(plain.stderr()).toContain('fix: list them with: temper ls');
    for (const json of [false, true]) {
      const { output, stdout, stderr } = captured({ json, env: { npm_command: 'exec', npm_lifecycle_event: 'npx' } });
      output.failure(error);
      expect(stdout() + stderr()).toContain('list them with: npx temper ls');
      output.note({ code: 'note', text: 'start it with: temper worker' });
      expect(stderr()).toContain('start it with: npx temper worker');
      output.item('temper run', 'temper run');
      expect(stdout()).not.toContain('npx');
    }
  });

  it('shows a fault of its own as one', () => {
    const { output, stderr } = captured({});
    expect(output.failure(new TypeError('x is not a function'))).toBe(1);
    expect(stderr()).toMatch(/^error: x is not a function\n {2}fix: this is a fault of temper; .* --debug/);
  });
});

describe('with --json', () => {
  it('keeps stdout for one document, and puts events on stderr, one a line', () => {
    const { output, stdout, stderr } = captured({ json: true, tty: true });
    output.live('working');
    output.note({ code: 'note', text: 'by the way', data: { run: 'r' } });
    output.story({ code: 'story', text: 'once' });
    output.result({ answer: 42 }, 'it is 42');
    expect(JSON.parse(stdout())).toEqual({ answer: 42 });
    const events = stderr()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(events).toEqual([
      { event: 'note', message: 'by the way', run: 'r' },
      { event: 'story', message: 'once' },
    ]);
  });

  it('puts an error on stdout', () => {
    const { output, stdout } = captured({ json: true });
    expect(output.failure(usageError('InvalidSpec', 'no name', 'give one'))).toBe(2);
    expect(JSON.parse(stdout())).toEqual({ error: { code: 'InvalidSpec', message: 'no name', fix: 'give one' } });
  });
});

describe('tables', () => {
  const rows = [
    ['NAME', 'ID', 'STAGE'],
    ['評価モデル', 'a1', 'train'],
    ['reviews-🤖', 'b2', 'data'],
  ];

  it('line up wide characters and emoji', () => {
    expect(table(rows).split('\n')).toEqual(['NAME        ID  STAGE', '評価モデル  a1  train', 'reviews-🤖  b2  data']);
  });

  it('leave out their last columns where the terminal is narrow', () => {
    expect(table(rows, 18).split('\n')).toEqual(['NAME        ID', '評価モデル  a1', 'reviews-🤖  b2']);
  });
});

describe('when the reader of stdout has gone away', () => {
  it('says so by a signal, and writes there no more', async () => {
    const written: string[] = [];
    const stdout = new Writable({
      write(chunk, _, done) {
        written.push(String(chunk));
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    const stderr = new PassThrough();
    const output = new Output({ stdout, stderr, env: {}, json: false, quiet: false, debug: false });
    output.result({}, 'first');
    await new Promise((resolve) => output.closed.addEventListener('abort', resolve));
    output.result({}, 'second');
    expect(written).toEqual(['first\n']);
    output.note({ code: 'note', text: 'to whom it may concern' });
    expect(String(stderr.read())).toBe('to whom it may concern\n');
  });
});
