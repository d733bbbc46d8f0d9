/** From the words of a command line to a command, or to the help that was asked for. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type Command, type Given, type Noun, UsageError, quoted } from './command.ts';
import { nearest } from './nearest.ts';

export type Parsed =
  | { kind: 'run'; command: Command; given: Given; json: boolean }
  | { kind: 'version'; json: boolean }
  /** Text for standard output. */
  | { kind: 'help'; text: string };

type Nouns = Record<string, Noun | Command>;

const isCommand = (entry: Noun | Command): entry is Command => 'run' in entry;

const PROGRAM = 'npx holdfast';
const isHelp = (word: string | undefined) => word === '--help' || word === '-h' || word === 'help';
const isVersion = (word: string | undefined) => word === '--version' || word === '-V' || word === 'version';

/**
 * @param words what came after `holdfast`
 * @throws {UsageError}
 */
export function parseCommandLine(nouns: Nouns, words: readonly string[]): Parsed {
  const [first, second, ...rest] = words;
  if (isHelp(first)) return { kind: 'help', text: helpOf(nouns, words.slice(1)) };
  if (isVersion(first)) return { kind: 'version', json: words.includes('--json') };
  const noun = pick(nouns, first, PROGRAM);
  const path = `${PROGRAM} ${first}`;
  if (isCommand(noun)) return parseArguments(noun, path, words.slice(1));
  if (isVersion(second)) return { kind: 'version', json: words.includes('--json') };
  if (isHelp(second)) return { kind: 'help', text: helpOf(nouns, [first!, ...rest]) };
  const command = pick(noun.commands, second, path);
  return parseArguments(command, `${path} ${second}`, rest);
}

function pick<T>(choices: Record<string, T>, word: string | undefined, path: string): T {
  const chosen = word !== undefined && Object.hasOwn(choices, word) ? choices[word] : undefined;
  if (chosen !== undefined) return chosen;
  const names = Object.keys(choices);
  const problem = word === undefined ? 'a command is missing' : `there is no command ${quoted(word)}`;
  throw new UsageError(
    `${path}: ${problem}.${suggestion(word, names)} There are: ${names.join(', ')}. See ${path} --help`,
  );
}

function suggestion(word: string | undefined, names: readonly string[]): string {
  const choices = word?.startsWith('-') ? ['--help', '--version'] : names;
  const meant = word === undefined ? undefined : nearest(word, choices);
  return meant === undefined ? '' : ` Did you mean ${meant}?`;
}

/**
 * @param words names of a command, none for all of them; `--help` and `--json` among them say
 * nothing more
 */
function helpOf(nouns: Nouns, words: readonly string[]): string {
  const [first, second, ...rest] = words.filter((word) => !isHelp(word) && word !== '--json');
  if (first === undefined) return helpOfAll(nouns);
  const noun = pick(nouns, first, PROGRAM);
  const path = `${PROGRAM} ${first}`;
  const command = isCommand(noun) ? noun : second === undefined ? noun : pick(noun.commands, second, path);
  const more = isCommand(noun) ? [second, ...rest].filter((word) => word !== undefined) : rest;
  if (more.length > 0) {
    throw new UsageError(`${PROGRAM} help: ${quoted(more[0]!)} is one word too many. See ${path} --help`);
  }
  if (!isCommand(command)) return helpOfNoun(command, path);
  return helpOfCommand(command, isCommand(noun) ? path : `${path} ${second}`);
}

function parseArguments(command: Command, path: string, words: string[]): Parsed {
  const { options = {}, positionals: names = [] } = command;
  const wrong = (problem: string) =>
    new UsageError(`${path}: ${problem}${problem.endsWith('?') ? '' : '.'} See ${path} --help`);
  const known: NonNullable<ParseArgsConfig['options']> = {
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'V' },
  };
  for (const [name, { placeholder }] of Object.entries(options)) {
    known[name] = { type: placeholder === undefined ? 'boolean' : 'string' };
  }
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args: words, options: known, allowPositionals: true });
  } catch (error) {
    throw wrong(sentence(error as Error, Object.keys(known)));
  }
  const { values, positionals } = parsed;
  if (values['version'] === true) return { kind: 'version', json: values['json'] === true };
  if (values['help'] === true) return { kind: 'help', text: helpOfCommand(command, path) };

  const missing = [
    ...names.slice(positionals.length),
    ...Object.keys(options)
      .filter((name) => options[name]?.required && values[name] === undefined)
      .map((name) => `--${name} ${options[name]?.placeholder}`),
  ];
  if (missing.length > 0)
    throw wrong(`${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing`);
  if (positionals.length > names.length) {
    const asked = names.length === 0 ? 'no argument' : names.join(' ');
    throw wrong(
      `it takes ${asked}, and ${positionals.length} were given; put quotes around one that has spaces`,
    );
  }
  const given: Given = {
    positionals,
    values: Object.fromEntries(
      Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
    flags: new Set(Object.keys(values).filter((name) => values[name] === true)),
  };
  return { kind: 'run', command, given, json: given.flags.has('json') };
}

/** What Node says of a wrong option, without its advice about `--` and without capitals; it names options, never their values. */
function sentence({ message }: Error, names: readonly string[]): string {
  const first = (message.split(/\. |\n/, 1)[0] ?? '').replace(/\.$/, '');
  const unknown = /^Unknown option '--(.*)'$/.exec(first)?.[1];
  const meant = unknown === undefined ? undefined : nearest(unknown, names);
  const rest = meant === undefined ? '' : `. Did you mean --${meant}?`;
  return first.charAt(0).toLowerCase() + first.slice(1) + rest;
}

const columns = (rows: readonly (readonly [string, string])[]) => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
};

/** A command as it is typed: `create --tenant T [--name N]`. */
function synopsis(name: string, { positionals = [], options = {} }: Command): string {
  const words = Object.entries(options).map(([option, { placeholder, required }]) => {
    const word = `--${option}${placeholder === undefined ? '' : ` ${placeholder}`}`;
    return required ? word : `[${word}]`;
  });
  return [name, ...positionals, ...words].join(' ');
}

function helpOfAll(nouns: Nouns): string {
  const blocks = Object.entries(nouns).map(([name, entry]) => {
    const commands: [string, Command][] = isCommand(entry)
      ? [[name, entry]]
      : Object.entries(entry.commands).map(([verb, command]) => [`${name} ${verb}`, command]);
    const lines = commands.map(([words, command]) => `  ${PROGRAM} ${synopsis(words, command)}`);
    return `${name}: ${entry.summary}\n${lines.join('\n')}`;
  });
  return [
    'Runs a Holdfast: its database is the one at DATABASE_URL, or the one that npm start has in this directory.',
    ...blocks,
    'Each prints text, or with --json one JSON value; npx holdfast help NAME tells more of one.\n' +
      'npx holdfast --version prints the version.\n' +
      'It ends with 0 when it was done, 1 when it could not be done, 2 when the command line was wrong.',
  ].join('\n\n');
}

function helpOfNoun({ summary, commands }: Noun, path: string): string {
  const rows = Object.entries(commands).map(
    ([name, command]) => [synopsis(name, command), command.summary] as const,
  );
  return `${path}: ${summary}\n\n${rows.map(([usage, what]) => `  ${usage}\n      ${what}`).join('\n')}`;
}

function helpOfCommand(command: Command, path: string): string {
  const rows = Object.entries(command.options ?? {}).map(
    ([name, { placeholder, help }]) =>
      [`--${name}${placeholder === undefined ? '' : ` ${placeholder}`}`, help] as const,
  );
  return [
    `${synopsis(path, command)} [--json]`,
    command.summary,
    columns([...rows, ['--json', 'print JSON'], ['--help', 'print this']]),
  ].join('\n\n');
}
