/**
 * Parses the words of a command line into a command with its arguments, or into the requested help.
 */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type CliArguments, type CliCommand, UsageError, quoted } from './command.ts';
import { OPTIONS_OF_TARGET, helpOf, helpOfCommand, isHelp } from './help.ts';
import { nearest } from './nearest.ts';
import { type Commands, type Found, PROGRAM, findInGroup, isSingle, pick } from './tree.ts';

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
 * Loads the command that the words name, and no other.
 *
 * @param words the arguments of the process, without `holdfast`
 * @throws {UsageError}
 */
export async function parseCommandLine(commands: Commands, words: readonly string[]): Promise<Parsed> {
  const [first, second, ...rest] = words;
  if (isHelp(first)) return { kind: 'help', text: await helpOf(commands, words.slice(1)) };
  if (isVersion(first)) return { kind: 'version', json: words.includes('--json') };
  const entry = pick(commands, first, PROGRAM);
  const path = `${PROGRAM} ${first}`;
  if (isSingle(entry)) {
    const { target } = entry;
    return parseArguments({ path, target, command: await entry.load() }, words.slice(1));
  }
  if (isVersion(second)) return { kind: 'version', json: words.includes('--json') };
  if (isHelp(second)) return { kind: 'help', text: await helpOf(commands, [first!, ...rest]) };
  return parseArguments(await findInGroup(entry, path, second), rest);
}

function parseArguments(found: Found, words: string[]): Parsed {
  const { command, path } = found;
  const { values, positionals } = parseWords(found, words);
  if (values['version'] === true) return { kind: 'version', json: values['json'] === true };
  if (values['help'] === true) return { kind: 'help', text: helpOfCommand(found) };
  requireArguments(command, path, values, positionals);
  requireChoices(command, path, positionals);
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

function parseWords({ command, path, target }: Found, words: string[]): Words {
  const options = { ...command.options, ...OPTIONS_OF_TARGET[target] };
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

/** @throws {UsageError} an argument is none of its choices */
function requireChoices(
  { positionals: names = [], choices = {} }: CliCommand,
  path: string,
  positionals: readonly string[],
): void {
  for (const [index, given] of positionals.entries()) {
    const name = names[index] ?? '';
    const values = choices[name];
    if (values === undefined || values.includes(given)) continue;
    const meant = nearest(given, values);
    const suggestion = meant === undefined ? '' : ` Did you mean ${meant}?`;
    throw invalid(path, `unknown ${name} ${quoted(given)}.${suggestion} Choices: ${values.join(', ')}`);
  }
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
