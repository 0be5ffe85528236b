/** What could stand where a person types, as the tree of commands says. */
import { type CommandUnknownOpts, Help, type Option } from '@commander-js/extra-typings';

export interface Candidate {
  readonly value: string;
  readonly description?: string;
}

/** What a place takes that the commands do not list, told by the name of its argument: `<file>`, `<run>`. */
export type Kind = 'file' | 'directory' | 'run' | 'name' | 'schedule' | 'endpoint' | 'model' | 'code';

export interface Completion {
  /** Those that begin as the last word does. */
  readonly candidates: readonly Candidate[];
  readonly kind?: Kind;
  /** Stands before each value of this kind: `--name=`. */
  readonly prefix: string;
}

const NOTHING: Completion = { candidates: [], prefix: '' };

/** @param words what stands on the command line behind `temper`; the last one is the one to complete */
export function completionOf(root: CommandUnknownOpts, words: readonly string[]): Completion {
  const current = words.at(-1) ?? '';
  const { command, given, pending, ended } = walk(root, words.slice(0, -1));
  if (pending) return valuesOf(pending, current, '');
  if (!ended && current.startsWith('-')) return optionsOf(command, current);
  if (command.commands.length > 0) {
    // A word that is no command makes nothing of what follows.
    return given > 0 ? NOTHING : { ...NOTHING, candidates: matching(subcommandsOf(command), current) };
  }
  const { registeredArguments: all } = command;
  const argument = all[given] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined);
  return argument ? placeOf(argument.name(), argument.argChoices, current, '') : NOTHING;
}

interface Walked {
  readonly command: CommandUnknownOpts;
  /** How many arguments the command has been given. */
  readonly given: number;
  /** An option that waits for its value. */
  readonly pending: Option | undefined;
  /** Whether `--` has ended the options. */
  readonly ended: boolean;
}

function walk(root: CommandUnknownOpts, words: readonly string[]): Walked {
  let command = root;
  let given = 0;
  let pending: Option | undefined;
  let ended = false;
  for (const word of words) {
    if (pending) pending = undefined;
    else if (word === '--') ended = true;
    else if (word.startsWith('-') && !ended) pending = word.includes('=') ? undefined : takesValue(command, word);
    else {
      const next = command.commands.find((each) => each.name() === word);
      if (next) command = next;
      // The commands that help is asked for are those of the program.
      else if (word !== 'help') given += 1;
    }
  }
  return { command, given, pending, ended };
}

function takesValue(command: CommandUnknownOpts, flag: string): Option | undefined {
  const option = command.options.find(({ long, short }) => flag === long || flag === short);
  return option?.required ? option : undefined;
}

function optionsOf(command: CommandUnknownOpts, current: string): Completion {
  const [flag = '', value] = current.split(/=(.*)/s);
  if (value !== undefined) {
    const option = command.options.find(({ long }) => long === flag);
    return option && (option.required || option.optional) ? valuesOf(option, value, `${flag}=`) : NOTHING;
  }
  const options = new Help().visibleOptions(command).map(({ long, short, description }) => ({
    value: long ?? short ?? '',
    description,
  }));
  return { ...NOTHING, candidates: matching(options, current) };
}

function valuesOf({ flags, argChoices }: Option, current: string, prefix: string): Completion {
  const [, name = ''] = /[<[]([a-z]+)/.exec(flags) ?? [];
  return placeOf(name, argChoices, current, prefix);
}

const KINDS: ReadonlySet<string> = new Set<Kind>([
  'file',
  'directory',
  'run',
  'name',
  'schedule',
  'endpoint',
  'model',
  'code',
]);
const isKind = (name: string): name is Kind => KINDS.has(name);

function placeOf(name: string, choices: readonly string[] | undefined, current: string, prefix: string): Completion {
  if (choices) {
    const candidates = choices.map((value) => ({ value: prefix + value }));
    return { ...NOTHING, candidates: matching(candidates, prefix + current) };
  }
  return isKind(name) ? { candidates: [], kind: name, prefix } : NOTHING;
}

function subcommandsOf(command: CommandUnknownOpts): Candidate[] {
  return new Help().visibleCommands(command).map((each) => ({
    value: each.name(),
    description: each.summary() || each.description(),
  }));
}

export function matching(candidates: readonly Candidate[], current: string): Candidate[] {
  return candidates.filter(({ value }) => value.startsWith(current));
}
