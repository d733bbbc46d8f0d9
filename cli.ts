/** `npx holdfast`: parses the command line, runs the command, prints its output. */
import './process/older-node.ts';
import nodeCluster from 'node:cluster';
import { readFile } from 'node:fs/promises';
import { CommandError, UsageError } from './command-line/command.ts';
import { type ParsedCommand, parseCommandLine } from './command-line/parse.ts';
import { whenNpmIsGone } from './ops/embedded/npm-parent.ts';
import { createCommands } from './process/cli/commands.ts';
import type { CliSession } from './process/cli-session.ts';

/** The command line may be one that cannot be parsed: `--json` counts wherever it stands. */
const words = process.argv.slice(2);
/** Processes between npx and this one: a shell, and with Node 20 the launcher. */
const NPX_PROCESSES_MAX = 2;

/** Help and version need no session: they load none of its modules. */
let session: CliSession | undefined;
const openSession = async () => (session ??= (await import('./process/cli-session.ts')).createCliSession());

async function run({ command, given, json }: ParsedCommand): Promise<void> {
  const { contextFor, end } = await openSession();
  try {
    const output = await command.run(given, contextFor(given.values['context']));
    if (output === undefined) return;
    process.exitCode = output.exitCode ?? 0;
    process.stdout.write(`${json ? JSON.stringify(output.data, null, 2) : output.text}\n`);
  } finally {
    await end();
  }
}

async function version(json: boolean): Promise<string> {
  const text = await readFile(new URL('./package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return json ? JSON.stringify({ version }, null, 2) : `holdfast ${version}`;
}

/** Errors of other kinds are explained by a module that knows the database. */
async function textOf(error: unknown): Promise<string> {
  if (error instanceof UsageError || error instanceof CommandError) return error.message;
  const { explain } = await import('./process/explain.ts');
  return explain(error, { databaseUrl: session?.databaseUrl(), mayBeOutdated: true });
}

/** An error for a program, with the problem document of the server if it has refused a request. */
function errorDocument(error: unknown, message: string) {
  const { problem } = ((error as Error | undefined)?.cause ?? {}) as { problem?: unknown };
  const kind = error instanceof UsageError ? 'usage' : 'failed';
  return { error: { kind, message, ...(problem !== undefined && { problem }) } };
}

// A signal to npx ends its shell, but does not reach this process.
if (nodeCluster.isPrimary) whenNpmIsGone(() => process.kill(process.pid, 'SIGTERM'), NPX_PROCESSES_MAX);
try {
  const commands = createCommands({
    migrate: async (isNew) => (await openSession()).migrate(isNew),
    inspect: async (isNew) => (await openSession()).inspect(isNew),
  });
  const parsed = await parseCommandLine(commands, words);
  if (parsed.kind === 'help') process.stdout.write(`${parsed.text}\n`);
  else if (parsed.kind === 'version') process.stdout.write(`${await version(parsed.json)}\n`);
  else await run(parsed);
} catch (error) {
  const message = await textOf(error);
  const shown = words.includes('--json') ? JSON.stringify(errorDocument(error, message), null, 2) : message;
  process.stderr.write(`${shown}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
