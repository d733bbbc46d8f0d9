/** The secret that signs forwarded events: the same at each start, so that a receiver keeps it. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError } from '../../../command-line/command.ts';

const SECRET_BYTES = 32;
const SECRET = /^whsec_[A-Za-z0-9+/]{43}=$/;

/** @throws {CommandError} the folder of the user cannot be written */
export async function listenSecret(folder: string): Promise<string> {
  const file = join(folder, 'listen-secret');
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (SECRET.test(kept)) return kept;
  const secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(file, secret, { mode: 0o600 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(`${file} cannot be written (${code}). Set XDG_CONFIG_HOME to another folder.`, {
      cause: error,
    });
  }
  return secret;
}
