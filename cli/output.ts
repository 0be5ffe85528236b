/** The only place that writes: data on stdout, messages on stderr, one JSON document with `--json`. */
import { inspect } from 'node:util';
import pc from 'picocolors';
import { EXIT, type ExitCode, furtherReading, UserError } from './errors.ts';
import { cut, shorten } from './rendering/format.ts';

/** What is told while a command works. `text` is for people; `--json` prints code, text and data, one line each. */
export interface Message {
  /** Stable: `run.started`. */
  readonly code: string;
  readonly text: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A stream that may be a terminal. */
export type Sink = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** A stream that may be a keyboard. */
export type Source = NodeJS.ReadableStream & { readonly isTTY?: boolean };

export type Style = ReturnType<typeof pc.createColors>;

/** How much there is room for, and how it may look. */
export interface Screen {
  readonly style: Style;
  /** Width in columns, of which a wide character takes two; infinite where there is no terminal. */
  readonly columns: number;
  /** Whether messages of any length are shown as they are. */
  readonly whole: boolean;
}

export interface OutputOptions {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: NodeJS.ProcessEnv;
  readonly json: boolean;
  /** Whether there is nothing to say but the answer and errors. */
  readonly quiet: boolean;
  readonly debug: boolean;
}

function colours(sink: Sink, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return sink.isTTY === true && env.TERM !== 'dumb';
}

// npm sets it for what `npx temper` starts, where a plain `temper` may not be found.
const throughNpx = (env: NodeJS.ProcessEnv): boolean => env.npm_lifecycle_event === 'npx';
const COMMANDS =
  'init|doctor|check|plan|run|rerun|resume|ls|show|compare|watch|logs|approve|decline|cancel|upload|history|rollback|schedule|models|invoke|orphans|worker|dev|explain|completion';
const COMMAND = new RegExp(`temper (?=(?:${COMMANDS})\\b)`, 'g');

const CLEAR_LINE = '\r\u001b[2K';

export class Output implements Screen {
  readonly json: boolean;
  /** Colours for what goes to stdout; functions that change nothing where there is no terminal. */
  readonly style: Style;
  /** Colours for what goes to stderr. */
  readonly noteStyle: Style;
  /** Whether a line can be redrawn in place. */
  readonly animated: boolean;
  /** Whether a question could be read. */
  readonly asks: boolean;
  /** Aborted once the reader of stdout has gone away, as `head` does. */
  readonly closed: AbortSignal;
  readonly whole: boolean;
  readonly #options: OutputOptions;
  readonly #gone = new Set<Sink>();
  #line = false;

  constructor(options: OutputOptions) {
    this.#options = options;
    this.json = options.json;
    this.whole = options.debug;
    this.style = pc.createColors(!options.json && colours(options.stdout, options.env));
    this.noteStyle = pc.createColors(!options.json && colours(options.stderr, options.env));
    this.asks = !options.json && options.stderr.isTTY === true;
    const { TERM, CI } = options.env;
    this.animated = !options.json && !options.quiet && options.stdout.isTTY === true && TERM !== 'dumb' && !CI;
    const closed = new AbortController();
    this.closed = closed.signal;
    for (const sink of new Set([options.stdout, options.stderr])) {
      sink.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
        this.#gone.add(sink);
        if (sink === options.stdout) closed.abort();
      });
    }
  }

  get columns(): number {
    const { isTTY, columns } = this.#options.stdout;
    return isTTY ? (columns ?? 80) : Number.POSITIVE_INFINITY;
  }

  /** Text with each `temper COMMAND` as this person has to type it. Messages and errors are given this way anyway. */
  hint(text: string): string {
    return throughNpx(this.#options.env) ? text.replace(COMMAND, 'npx temper ') : text;
  }

  /** The command's answer: `document` as JSON, or `text` for people. */
  result(document: unknown, text: string): void {
    // Blank lines at the start set it apart from the story, which a quiet command does not tell.
    this.#data(this.json ? JSON.stringify(document, null, 2) : this.#options.quiet ? text.replace(/^\n+/, '') : text);
  }

  /** One more line of an answer that comes bit by bit; with `--json` one document a line. */
  item(document: unknown, text: string): void {
    this.#data(this.json ? JSON.stringify(document) : text);
  }

  /** A line of the story a command tells on stdout; with `--json`, where stdout is for the answer, a message. */
  story(message: Message): void {
    if (this.json) this.note(message);
    else if (!this.#options.quiet) this.#data(this.hint(message.text));
  }

  /** Something to know, which is not the answer. */
  note(message: Message): void {
    if (this.#options.quiet) return;
    const { code, data } = message;
    const text = this.hint(message.text);
    this.#say(this.json ? JSON.stringify({ event: code, message: text.trim(), ...data }) : text);
  }

  /** The line that is redrawn in place while something is under way; `undefined` takes it away. Terminals only. */
  live(text: string | undefined): void {
    if (!this.animated) return;
    if (text === undefined && !this.#line) return;
    this.#write(this.#options.stdout, CLEAR_LINE + (text === undefined ? '' : cut(text, this.columns - 1)));
    this.#line = text !== undefined;
  }

  /** A question, whose answer is typed behind it. */
  question(text: string): void {
    this.live(undefined);
    this.#write(this.#options.stderr, this.hint(text));
  }

  /** Help: for people, also with `--json`. */
  help(text: string): void {
    this.#data(text.trimEnd());
  }

  /** Shows what went wrong, and returns what the process should exit with. */
  failure(error: unknown): ExitCode {
    const user = error instanceof UserError ? error : undefined;
    const code = user?.code ?? 'Internal';
    const message = error instanceof Error ? error.message : String(error);
    const fault = 'this is a fault of temper; run it again with --debug for the details';
    const fix = user ? user.fix && this.hint(user.fix) : fault;
    const exitCode = user?.exitCode ?? EXIT.failed;
    if (this.json) this.#data(JSON.stringify({ error: { code, message, ...(fix && { fix }) } }, null, 2));
    else {
      const { red, dim } = this.noteStyle;
      const more = furtherReading(code);
      const lines = [
        `${red('error:')} ${this.whole ? message : shorten(message)}`,
        ...(fix ? [`${dim('  fix:')} ${fix}`] : []),
        ...(more ? [dim(`  more: ${this.hint(more)}`)] : []),
      ];
      this.#say(lines.join('\n'));
    }
    if (this.#options.debug) this.#say(inspect(error));
    return exitCode;
  }

  #data(text: string): void {
    this.live(undefined);
    this.#write(this.#options.stdout, `${text}\n`);
  }

  #say(text: string): void {
    this.live(undefined);
    this.#write(this.#options.stderr, `${text}\n`);
  }

  #write(sink: Sink, text: string): void {
    if (!this.#gone.has(sink)) sink.write(text);
  }
}
