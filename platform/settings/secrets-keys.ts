/**
 * The keys that encrypt secrets and personal data at rest, as HOLDFAST_SECRETS_KEY and
 * HOLDFAST_PERSONAL_KEY, their files, or a command give them.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const KEY_BYTES = 32;
const KEYS_MAX = 9;
/** 32 bytes in base64 or base64url, with or without padding. */
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;

export const SECRETS_KEYS_EXPECTED =
  `must be a key of ${KEY_BYTES} random bytes in base64, such as openssl rand -base64 ${KEY_BYTES} prints, ` +
  `or up to ${KEYS_MAX} of them with commas between them`;

/**
 * @param text keys with commas, spaces or newlines between them; the first one encrypts
 * @returns `undefined` for a text that is not a list of keys
 */
export function parseSecretsKeys(text: string): readonly Buffer[] | undefined {
  const words = text.split(/[,\s]+/).filter((word) => word !== '');
  if (words.length === 0 || words.length > KEYS_MAX) return undefined;
  if (!words.every((word) => BASE64.test(word))) return undefined;
  const keys = words.map((word) => Buffer.from(word, 'base64'));
  return keys.every((key) => key.length === KEY_BYTES) ? keys : undefined;
}

/** @returns `undefined` when the file cannot be read */
export function readSecretsFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const COMMAND_TIMEOUT_MS = 10_000;
const OUTPUT_BYTES_MAX = 4_096;

/**
 * Runs a command that prints keys, such as the client of a key management service. It runs without
 * a shell and gets the environment of this process.
 *
 * @param command a program and its arguments, with spaces between them
 * @returns `undefined` when it fails, prints more than 4 KiB, or takes more than 10 s
 */
export function readKeyCommand(command: string): string | undefined {
  const [program = '', ...args] = command.split(/\s+/).filter((word) => word !== '');
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      timeout: COMMAND_TIMEOUT_MS,
      maxBuffer: OUTPUT_BYTES_MAX,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}
