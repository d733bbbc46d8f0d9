/** Help of `npx holdfast`: of the program, of a command group, of a command. */
import { type CliCommand, type CommandGroup, UsageError, quoted } from './command.ts';
import { nearest } from './nearest.ts';

export type Commands = Record<string, CommandGroup | CliCommand>;

export const PROGRAM = 'npx holdfast';

export const isCommand = (entry: CommandGroup | CliCommand): entry is CliCommand => 'run' in entry;
export const isHelp = (word: string | undefined): boolean =>
  word === '--help' || word === '-h' || word === 'help';

/**
 * The entry with this name.
 *
 * @param path the words before it, for the message
 * @throws {UsageError} there is none; the message suggests the nearest name
 */
export function pick<T>(choices: Record<string, T>, word: string | undefined, path: string): T {
  const chosen = word !== undefined && Object.hasOwn(choices, word) ? choices[word] : undefined;
  if (chosen !== undefined) return chosen;
  const names = Object.keys(choices);
  const problem = word === undefined ? 'missing command' : `unknown command ${quoted(word)}`;
  throw new UsageError(
    `${path}: ${problem}.${suggestion(word, names)} Commands: ${names.join(', ')}. See ${path} --help`,
  );
}

function suggestion(word: string | undefined, names: readonly string[]): string {
  const choices = word?.startsWith('-') ? ['--help', '--version'] : names;
  const meant = word === undefined ? undefined : nearest(word, choices);
  return meant === undefined ? '' : ` Did you mean ${meant}?`;
}

/**
 * @param words names of a group and a command; none for the whole program. `--help` and `--json`
 *   are ignored
 * @throws {UsageError}
 */
export function helpOf(commands: Commands, words: readonly string[]): string {
  const [first, second, ...rest] = words.filter((word) => !isHelp(word) && word !== '--json');
  if (first === undefined) return helpOfProgram(commands);
  const entry = pick(commands, first, PROGRAM);
  const path = `${PROGRAM} ${first}`;
  if (isCommand(entry)) {
    refuseExtraWords(path, second);
    return helpOfCommand(entry, path);
  }
  if (second === undefined) return helpOfGroup(entry, path);
  const command = pick(entry.commands, second, path);
  refuseExtraWords(path, rest[0]);
  return helpOfCommand(command, `${path} ${second}`);
}

function refuseExtraWords(path: string, word: string | undefined): void {
  if (word !== undefined)
    throw new UsageError(`${PROGRAM} help: unexpected word ${quoted(word)}. See ${path} --help`);
}

const columns = (rows: readonly (readonly [string, string])[]) => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
};

/** A command as the user types it: `create --tenant T [--name N]`. */
function synopsis(name: string, { positionals = [], options = {} }: CliCommand): string {
  const words = Object.entries(options).map(([option, { placeholder, required }]) => {
    const word = `--${option}${placeholder === undefined ? '' : ` ${placeholder}`}`;
    return required ? word : `[${word}]`;
  });
  return [name, ...positionals, ...words].join(' ');
}

function helpOfProgram(commands: Commands): string {
  const blocks = Object.entries(commands).map(([name, entry]) => {
    const named: [string, CliCommand][] = isCommand(entry)
      ? [[name, entry]]
      : Object.entries(entry.commands).map(([verb, command]) => [`${name} ${verb}`, command]);
    const lines = named.map(([words, command]) => `  ${PROGRAM} ${synopsis(words, command)}`);
    return `${name}: ${entry.summary}\n${lines.join('\n')}`;
  });
  return [
    'Administers an installation: uses DATABASE_URL, else the embedded database in HOLDFAST_DATA_DIR.',
    ...blocks,
    'Each command prints text, or with --json one JSON value. Details: npx holdfast help NAME.\n' +
      'Version: npx holdfast --version.\n' +
      'Exit code: 0 success, 1 failure, 2 invalid command line.',
  ].join('\n\n');
}

function helpOfGroup({ summary, commands }: CommandGroup, path: string): string {
  const rows = Object.entries(commands).map(
    ([name, command]) => [synopsis(name, command), command.summary] as const,
  );
  return `${path}: ${summary}\n\n${rows.map(([usage, text]) => `  ${usage}\n      ${text}`).join('\n')}`;
}

export function helpOfCommand(command: CliCommand, path: string): string {
  const rows = Object.entries(command.options ?? {}).map(
    ([name, { placeholder, help }]) =>
      [`--${name}${placeholder === undefined ? '' : ` ${placeholder}`}`, help] as const,
  );
  return [
    `${synopsis(path, command)} [--json]`,
    command.summary,
    columns([...rows, ['--json', 'print JSON'], ['--help', 'print this help']]),
    ...(command.terms ? [`${command.terms.heading}\n${columns(command.terms.rows)}`] : []),
  ].join('\n\n');
}
