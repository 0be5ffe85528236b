import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { usageError } from '../../cli/errors.ts';
import { Output, type Sink } from '../../cli/output.ts';

interface Told {
  readonly output: Output;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

function captured({
  json = false,
  tty = false,
  env = {},
}: {
  json?: boolean;
  tty?: boolean;
  env?: NodeJS.ProcessEnv;
}): Told {
  const sinks = [0, 1].map(() => Object.assign(new PassThrough(), { isTTY: tty, columns: 20 }) as PassThrough & Sink);
  const [out, err] = sinks as [PassThrough, PassThrough];
  const read = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? '';
  return {
    output: new Output({ stdout: out, stderr: err, env, json, debug: false }),
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
    const output = new Output({ stdout, stderr, env: {}, json: false, debug: false });
    output.result({}, 'first');
    await new Promise((resolve) => output.closed.addEventListener('abort', resolve));
    output.result({}, 'second');
    expect(written).toEqual(['first\n']);
    output.note({ code: 'note', text: 'to whom it may concern' });
    expect(String(stderr.read())).toBe('to whom it may concern\n');
  });
});
