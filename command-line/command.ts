/**
 * What a command of `npx holdfast` is, for whoever has one to offer: a noun is plain data, in the `cli/` folder of the
 * layer that it is about, and `cli.ts` lists them all.
 */
import type { DatabasePool } from 'slonik';

/** A group of commands: `keys`. */
export interface Noun {
  summary: string;
  commands: Record<string, Command>;
}

export interface Command {
  summary: string;
  /** Names of the arguments, all of which must be given, such as `KEY_ID`. */
  positionals?: readonly string[];
  /** By name, without the dashes. Every command has `--json` and `--help` besides. */
  options?: Record<string, Option>;
  /** Answers nothing when the command has written its answer itself. */
  run: (given: Given, context: CommandContext) => Promise<Output | undefined>;
}

export interface Option {
  /** What stands for the value in the help; an option without it is a flag. */
  placeholder?: string;
  help: string;
  required?: boolean;
}

/** What was given on the command line; required things are there. */
export interface Given {
  positionals: readonly string[];
  values: Readonly<Record<string, string | undefined>>;
  flags: ReadonlySet<string>;
}

export interface CommandContext {
  /** Connects at the first call, so that what was misspelt is said without a database. */
  database: () => Promise<DatabasePool>;
  /** Where the internal service is, for commands that are clients of a running Holdfast, and what they call it with. */
  service: () => Promise<Service>;
  /** Writes to standard output, for an answer that is too long to be held; resolves when there is room for more. */
  write: (text: string) => Promise<void>;
}

export interface Service {
  /** `127.0.0.1:50051`; `undefined` when the Holdfast that runs here does not serve it. */
  address: string | undefined;
  token: string | undefined;
  cert: string | undefined;
  key: string | undefined;
  ca: string | undefined;
  apiKey: string;
  /** Where the key was found, for messages: a variable or a file. */
  apiKeyFrom: string;
}

export interface Output {
  /** For a person, without a newline at the end. */
  text: string;
  /** For a program: what `--json` prints. */
  data: unknown;
}

/** The command line makes no sense. The message says what, where, and what to do. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The command could not do what it was asked for. The message says why, and what to do. */
export class CommandError extends Error {
  override name = 'CommandError';
}

/** What was given, for a message: in one line, not without end, and never an API key that was put in the wrong place. */
export function quoted(given: string): string {
  const masked = given.replaceAll(/hf_(live|test)_\w+/g, 'hf_$1_…');
  return JSON.stringify(masked.length > 60 ? `${masked.slice(0, 60)}…` : masked);
}

/**
 * A number that was given to an option.
 *
 * @throws {UsageError} it is not a whole number in digits alone, or beyond its bounds
 */
export function wholeNumber(option: string, given: string, min: number, max: number): number {
  const isNumber = /^\d{1,15}$/.test(given);
  const value = isNumber ? Number(given) : Number.NaN;
  if (value >= min && value <= max) return value;
  if (isNumber) throw new UsageError(`${option} must be from ${min} to ${max}, not ${given}`);
  const shown = quoted(given).slice(1, -1);
  throw new UsageError(`${option} must be a whole number, not '${shown}'; from ${min} to ${max}`);
}

/** Lines of columns, each as wide as its widest cell. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
