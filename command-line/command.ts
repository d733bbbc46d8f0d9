/** The shape of a command of `npx holdfast`. `process/cli/commands.ts` lists all commands. */
import type { DatabasePool } from 'slonik';

/** The commands that one module has, by name. */
export type CommandGroup = Record<string, CliCommand>;

export interface CliCommand {
  summary: string;
  /** Names of the arguments, such as `KEY_ID`; those that can be left out come last: `[SERIES]`. */
  positionals?: readonly string[];
  /** The values of an argument, if they are few, by its name. Another value is refused. */
  choices?: Readonly<Record<string, readonly string[]>>;
  /** By name, without the dashes. Every command also has `--json` and `--help`. */
  options?: Record<string, CliOption>;
  /** Rows of words and their meaning, which the help shows below the options. */
  terms?: { heading: string; rows: readonly (readonly [string, string])[] };
  /** @returns `undefined` when the command has written its output itself */
  run: (given: CliArguments, context: CliContext) => Promise<CliOutput | undefined>;
}

export interface CliOption {
  /** Name of the value in the help. An option without a placeholder is a flag. */
  placeholder?: string;
  help: string;
  required?: boolean;
}

/** The parsed command line. Required arguments and options are present. */
export interface CliArguments {
  positionals: readonly string[];
  values: Readonly<Record<string, string | undefined>>;
  flags: ReadonlySet<string>;
}

export interface CliContext {
  /** Connects at the first call: a usage error needs no database. */
  database: (needs?: DatabaseNeeds) => Promise<DatabasePool>;
  /**
   * Address and credentials of the gRPC service, for commands that call a running server.
   *
   * @param to the address that the user named, if any
   */
  grpcAccess: (to?: string) => Promise<GrpcAccess>;
  /**
   * Address and API key of the REST API, for commands that call a running server.
   *
   * @param to the URL that the user named, if any
   */
  httpAccess: (to?: string) => Promise<HttpAccess>;
  /** The keys that encrypt secrets at rest, 32 bytes each; the first one is the new one. */
  secretsKeys: () => readonly Buffer[];
  /** The master keys of personal data, 32 bytes each; the first one is the new one. */
  personalKeys: () => readonly Buffer[];
  /** The list of erasures outside of the database, if there is one. */
  erasuresFile: () => string | undefined;
  /** Writes to standard output. Resolves when the reader has room for more. */
  write: (text: string) => Promise<void>;
}

export interface DatabaseNeeds {
  /**
   * Sets up a database on which Holdfast has never started, and starts the embedded Postgres for
   * the time of the command when no server runs.
   */
  setUp: boolean;
}

export interface HttpAccess {
  /** `http://127.0.0.1:8080` */
  url: string;
  apiKey: string;
  /** Source of the API key, for messages: a variable or a file. */
  apiKeySource: string;
}

export interface GrpcAccess extends Omit<HttpAccess, 'url'> {
  /** `127.0.0.1:50051`; `undefined` when the server of this data directory does not serve gRPC. */
  address: string | undefined;
  token: string | undefined;
  cert: string | undefined;
  key: string | undefined;
  ca: string | undefined;
}

export interface CliOutput {
  /** For a person, without a newline at the end. */
  text: string;
  /** For a program: `--json` prints it. */
  data: unknown;
  /** Of the process; 0 when left out. */
  exitCode?: 0 | 1;
}

/** The command line is invalid. The message names the word and the remedy. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The command failed. The message names the reason and the remedy. */
export class CommandError extends Error {
  override name = 'CommandError';
}

/** Characters of an argument that a message repeats. */
const QUOTED_CHARACTERS_MAX = 60;

/** An argument as a message shows it: one line, shortened, with API keys masked. */
export function quoted(given: string): string {
  const masked = given.replaceAll(/hf_(live|test)_\w+/g, 'hf_$1_…');
  const isLong = masked.length > QUOTED_CHARACTERS_MAX;
  return JSON.stringify(isLong ? `${masked.slice(0, QUOTED_CHARACTERS_MAX)}…` : masked);
}

/**
 * Parses the value of an option as a whole number.
 *
 * @throws {UsageError} the value has other characters than digits, or is out of range
 */
export function wholeNumber(option: string, given: string, min: number, max: number): number {
  const isNumber = /^\d{1,15}$/.test(given);
  const value = isNumber ? Number(given) : Number.NaN;
  if (value >= min && value <= max) return value;
  const shown = isNumber ? given : quoted(given);
  throw new UsageError(`${option} must be a whole number from ${min} to ${max}, not ${shown}`);
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
