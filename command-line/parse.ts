/**
 * Parses the words of a command line into a command with its arguments, or into the requested help.
 */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type CliArguments, type CliCommand, type CommandGroup, UsageError } from './command.ts';
import { type Commands, PROGRAM, helpOf, helpOfCommand, isCommand, isHelp, pick } from './help.ts';
import { nearest } from './nearest.ts';

export interface ParsedCommand {
  kind: 'run';
  command: CliCommand;
  given: CliArguments;
  json: boolean;
}

export type Parsed =
  | ParsedCommand
  | { kind: 'version'; json: boolean }
  /** Text for standard output. */
  | { kind: 'help'; text: string };

const isVersion = (word: string | undefined) => word === '--version' || word === '-V' || word === 'version';

/**
 * @param words the arguments of the process, without `holdfast`
 * @throws {UsageError}
 */
export function parseCommandLine(commands: Commands, words: readonly string[]): Parsed {
  const [first, second, ...rest] = words;
  if (isHelp(first)) return { kind: 'help', text: helpOf(commands, words.slice(1)) };
  if (isVersion(first)) return { kind: 'version', json: words.includes('--json') };
  const entry: CommandGroup | CliCommand = pick(commands, first, PROGRAM);
  const path = `${PROGRAM} ${first}`;
  if (isCommand(entry)) return parseArguments(entry, path, words.slice(1));
  if (isVersion(second)) return { kind: 'version', json: words.includes('--json') };
  if (isHelp(second)) return { kind: 'help', text: helpOf(commands, [first!, ...rest]) };
  const command = pick(entry.commands, second, path);
  return parseArguments(command, `${path} ${second}`, rest);
}

function parseArguments(command: CliCommand, path: string, words: string[]): Parsed {
  const { values, positionals } = parseWords(command, path, words);
  if (values['version'] === true) return { kind: 'version', json: values['json'] === true };
  if (values['help'] === true) return { kind: 'help', text: helpOfCommand(command, path) };
  requireArguments(command, path, values, positionals);
  const given: CliArguments = {
    positionals,
    values: Object.fromEntries(
      Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
    flags: new Set(Object.keys(values).filter((name) => values[name] === true)),
  };
  return { kind: 'run', command, given, json: given.flags.has('json') };
}

interface Words {
  values: Record<string, unknown>;
  positionals: string[];
}

function parseWords({ options = {} }: CliCommand, path: string, words: string[]): Words {
  const known: NonNullable<ParseArgsConfig['options']> = {
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'V' },
  };
  for (const [name, { placeholder }] of Object.entries(options)) {
    known[name] = { type: placeholder === undefined ? 'boolean' : 'string' };
  }
  try {
    return parseArgs({ args: words, options: known, allowPositionals: true });
  } catch (error) {
    throw invalid(path, optionProblem(error as Error, Object.keys(known)));
  }
}

/** @throws {UsageError} an argument is missing, or there are too many */
function requireArguments(
  { options = {}, positionals: names = [] }: CliCommand,
  path: string,
  values: Words['values'],
  positionals: readonly string[],
): void {
  const missing = [
    ...names.slice(positionals.length).filter((name) => !name.startsWith('[')),
    ...Object.keys(options)
      .filter((name) => options[name]?.required && values[name] === undefined)
      .map((name) => `--${name} ${options[name]?.placeholder}`),
  ];
  if (missing.length > 0) throw invalid(path, `missing ${missing.join(' and ')}`);
  if (positionals.length <= names.length) return;
  const expected = names.length === 0 ? 'no arguments' : names.join(' ');
  throw invalid(
    path,
    `takes ${expected}, got ${positionals.length}. Put quotes around an argument with spaces`,
  );
}

const invalid = (path: string, problem: string) =>
  new UsageError(`${path}: ${problem}${problem.endsWith('?') ? '' : '.'} See ${path} --help`);

/** The first sentence of Node's message, in lower case: it names options, never their values. */
function optionProblem({ message }: Error, names: readonly string[]): string {
  const first = (message.split(/\. |\n/, 1)[0] ?? '').replace(/\.$/, '');
  const unknown = /^Unknown option '--(.*)'$/.exec(first)?.[1];
  const meant = unknown === undefined ? undefined : nearest(unknown, names);
  const suggestion = meant === undefined ? '' : `. Did you mean --${meant}?`;
  return first.charAt(0).toLowerCase() + first.slice(1) + suggestion;
}
