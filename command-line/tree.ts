/** The tree of all commands. A command is loaded when it runs, so that others start at once. */
import { type CliCommand, type CommandGroup, UsageError, quoted } from './command.ts';
import { nearest } from './nearest.ts';

/**
 * What a command works on: a server over HTTP or gRPC, the database of an installation, or nothing
 * but this machine.
 */
export type Target = 'server' | 'database' | 'machine';

/** A command without a group, such as `migrate`. */
export interface SingleEntry {
  summary: string;
  target: Target;
  load: () => Promise<CliCommand>;
}

/** Commands about one subject, such as `keys`. */
export interface GroupEntry {
  summary: string;
  parts: readonly Part[];
}

/** The commands of a group that one module has. */
export interface Part {
  target: Target;
  names: readonly string[];
  load: () => Promise<CommandGroup>;
}

export type Commands = Record<string, SingleEntry | GroupEntry>;

/** A command with its place in the tree. */
export interface Found {
  /** As the user types it: `npx holdfast keys create`. */
  path: string;
  target: Target;
  command: CliCommand;
}

export const PROGRAM = 'npx holdfast';

export const isSingle = (entry: SingleEntry | GroupEntry): entry is SingleEntry => 'load' in entry;

/** Names of the commands of a group, in the order of the help. */
export const namesOf = ({ parts }: GroupEntry): string[] => parts.flatMap(({ names }) => names);

/**
 * Loads a command of a group.
 *
 * @throws {UsageError} the group has none with this name; the message suggests the nearest name
 */
export async function findInGroup(group: GroupEntry, path: string, word: string | undefined): Promise<Found> {
  const owners = Object.fromEntries(
    group.parts.flatMap((part) => part.names.map((name) => [name, part] as const)),
  );
  const { target, load } = pick(owners, word, path);
  const command = (await load())[word!];
  if (command === undefined) throw new Error(`${path} ${word} is in the tree, but not in its module`);
  return { path: `${path} ${word}`, target, command };
}

/** Loads all commands of a group, in the order of the help. */
export const loadGroup = (group: GroupEntry, path: string): Promise<Found[]> =>
  Promise.all(namesOf(group).map((name) => findInGroup(group, path, name)));

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
