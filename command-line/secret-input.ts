/** Reads a secret: from a terminal without echo, or from standard input. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CommandError, UsageError } from './command.ts';

/** An argument is visible to every user of the machine, and stays in the history of the shell. */
const NEVER_IN_ARGUMENTS = 'A secret in an argument is visible to other users';

/**
 * @param option the option with `-` for standard input; `undefined` for the terminal
 * @param name of the option, such as `--key`
 * @throws {UsageError} another value than `-`, or no terminal
 * @throws {CommandError} Ctrl-C, or nothing was entered
 */
export async function readSecret(option: string | undefined, name: string, prompt: string): Promise<string> {
  if (option !== undefined && option !== '-')
    throw new UsageError(`${name} takes - only, for standard input. ${NEVER_IN_ARGUMENTS}.`);
  if (option === undefined && !process.stdin.isTTY)
    throw new UsageError(`Standard input is not a terminal. To read the secret from it: ${name} -`);
  const secret = (option === '-' ? await text(process.stdin) : await asked(prompt)).trim();
  if (secret === '') throw new CommandError('Nothing was entered. Nothing was changed.');
  return secret;
}

function asked(prompt: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  // Only now: readline has switched the echo of the terminal off.
  process.stderr.write(prompt);
  return new Promise<string>((resolve, reject) => {
    lines.once('SIGINT', () => reject(new CommandError('Stopped. Nothing was changed.')));
    lines.once('close', () => resolve(''));
    lines.question('', resolve);
  }).finally(() => {
    lines.close();
    process.stderr.write('\n');
  });
}
