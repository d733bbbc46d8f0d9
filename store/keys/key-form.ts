/**
 * The form of API keys. An issued key ends with a checksum, as GitHub's tokens do: a mistyped or
 * made-up one is refused without a look-up. Keys of the releases before have none, nor has a
 * HOLDFAST_BOOTSTRAP_KEY.
 */
import { crc32 } from 'node:zlib';
import { API_KEY_SYNTAX } from '../../platform/config.ts';

export const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Enough for 32 bits in base 62. */
const CHECKSUM_LENGTH = 6;
/** The `_` before the checksum: no key of the releases before has this form. */
const ISSUED = /^(hf_(?:live|test)_[A-Za-z0-9]{32})_([A-Za-z0-9]{6})$/;

/** CRC-32 of the rest of the key, in base 62. */
export function checksumOf(rest: string): string {
  let left = crc32(rest);
  let checksum = '';
  while (checksum.length < CHECKSUM_LENGTH) {
    checksum = ALPHABET[left % ALPHABET.length] + checksum;
    left = Math.floor(left / ALPHABET.length);
  }
  return checksum;
}

/**
 * @returns `checked` for a key with its checksum; `unchecked` for one that has none; `undefined`
 *   for a text that is no key
 */
export function keyFormOf(text: string): 'checked' | 'unchecked' | undefined {
  const [, rest, checksum] = ISSUED.exec(text) ?? [];
  if (rest !== undefined) return checksumOf(rest) === checksum ? 'checked' : undefined;
  return API_KEY_SYNTAX.test(text) ? 'unchecked' : undefined;
}
