/** Generation of API keys. */
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { ALPHABET, checksumOf } from './key-form.ts';

/** The mode of a tenant and of its keys, in their first characters: production or tests. */
export const keyModes = z.enum(['live', 'test']);
export type KeyMode = z.output<typeof keyModes>;

/** Random characters of a key: 190 bits. The checksum follows them. */
const RANDOM_LENGTH = 32;
/** Of these, the first are stored so that a person can tell keys apart: 166 bits stay secret. */
const SHOWN_LENGTH = 4;

/** Generates a key, and the prefix that is stored of it. */
export function newKey(mode: KeyMode): { key: string; prefix: string } {
  const start = `hf_${mode}_`;
  let random = '';
  while (random.length < RANDOM_LENGTH) random += ALPHABET[randomInt(ALPHABET.length)];
  return {
    key: `${start}${random}_${checksumOf(start + random)}`,
    prefix: start + random.slice(0, SHOWN_LENGTH),
  };
}
