/** Help of `npx holdfast`: of the program, of a command group, of a command. */
import { type CliCommand, type CliOption, UsageError, quoted } from './command.ts';
import {
  type Commands,
  type Found,
  type GroupEntry,
  PROGRAM,
  type Target,
  findInGroup,
  isSingle,
  loadGroup,
  pick,
} from './tree.ts';

export const isHelp = (word: string | undefined): boolean =>
  word === '--help' || word === '-h' || word === 'help';

/** Options that all commands of a target have. */
export const OPTIONS_OF_TARGET: Record<Target, Record<string, CliOption>> = {
  server: {
    context: { placeholder: 'NAME', help: 'the server and the key of this login; see contexts list' },
  },
  database: {},
  machine: {},
};

const USES: Record<Target, string | undefined> = {
  server:
    'Calls a server: HOLDFAST_URL with HOLDFAST_API_KEY, else the context in use, else the server of HOLDFAST_DATA_DIR.',
  database: 'Uses the database at DATABASE_URL, else the embedded one in HOLDFAST_DATA_DIR.',
  machine: undefined,
};

/**
 * @param words names of a group and a command; none for the whole program. `--help` and `--json`
 *   are ignored
 * @throws {UsageError}
 */
export async function helpOf(commands: Commands, words: readonly string[]): Promise<string> {
  const [first, second, ...rest] = words.filter((word) => !isHelp(word) && word !== '--json');
  if (first === undefined) return helpOfProgram(commands);
  const entry = pick(commands, first, PROGRAM);
  const path = `${PROGRAM} ${first}`;
  if (isSingle(entry)) {
    refuseExtraWords(path, second);
    return helpOfCommand({ path, target: entry.target, command: await entry.load() });
  }
  if (second === undefined) return helpOfGroup(entry, path);
  const found = await findInGroup(entry, path, second);
  refuseExtraWords(path, rest[0]);
  return helpOfCommand(found);
}

function refuseExtraWords(path: string, word: string | undefined): void {
  if (word !== undefined)
    throw new UsageError(`${PROGRAM} help: unexpected word ${quoted(word)}. See ${path} --help`);
}

type Row = readonly [left: string, right: string];

const columns = (rows: readonly Row[]) => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
};

const optionText = ([name, { placeholder }]: readonly [string, CliOption]): string =>
  `--${name}${placeholder === undefined ? '' : ` ${placeholder}`}`;

/** A command as the user types it: `create --tenant T [--name N]`. */
function synopsis(name: string, { positionals = [], options = {} }: CliCommand): string {
  const words = Object.entries(options).map((each) =>
    each[1].required ? optionText(each) : `[${optionText(each)}]`,
  );
  return [name, ...positionals, ...words].join(' ');
}

/** Commands by target; a group with two targets is in two blocks. Loads no command. */
function helpOfProgram(commands: Commands): string {
  const rowsOf = (target: Target): Row[] =>
    Object.entries(commands).flatMap(([name, entry]): Row[] => {
      if (isSingle(entry)) return entry.target === target ? [[name, entry.summary]] : [];
      const names = entry.parts.filter((part) => part.target === target).flatMap((part) => part.names);
      return names.length === 0 ? [] : [[name, `${names.join(', ')}: ${entry.summary}`]];
    });
  const blocks = (['server', 'database', 'machine'] as const).map((target) => {
    const heading = USES[target] === undefined ? '' : `${USES[target]}\n`;
    return `${heading}${columns(rowsOf(target))}`;
  });
  return [
    `${PROGRAM} COMMAND …`,
    ...blocks,
    `Each command prints text, or JSON with --json. A group or a command: ${PROGRAM} help NAME.\n` +
      `Version: ${PROGRAM} --version.\n` +
      'Exit code: 0 success, 1 failure, 2 invalid command line.',
  ].join('\n\n');
}

async function helpOfGroup(group: GroupEntry, path: string): Promise<string> {
  const lines = (await loadGroup(group, path)).map(
    ({ path: words, command }) =>
      `  ${synopsis(words.slice(path.length + 1), command)}\n      ${command.summary}`,
  );
  return `${path}: ${group.summary}\n\n${lines.join('\n')}`;
}

export function helpOfCommand({ path, target, command }: Found): string {
  const options = { ...command.options, ...OPTIONS_OF_TARGET[target] };
  const rows = Object.entries(options).map((each) => [optionText(each), each[1].help] as const);
  return [
    `${synopsis(path, command)} [--json]`,
    command.summary,
    ...(USES[target] === undefined ? [] : [USES[target]]),
    columns([...rows, ['--json', 'print JSON'], ['--help', 'print this help']]),
    ...Object.entries(command.choices ?? {}).map(([name, values]) => `${name}: ${values.join(', ')}`),
    ...(command.terms ? [`${command.terms.heading}\n${columns(command.terms.rows)}`] : []),
  ].join('\n\n');
}
