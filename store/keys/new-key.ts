import { randomInt } from 'node:crypto';

/**
 * What a key is for, as its first characters say: the shop itself, or trying things out. Both work
 * alike.
 */
export type KeyMode = 'live' | 'test';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** 190 bits. */
const LENGTH = 32;
/** Random characters that are kept to know a key by; 166 bits stay unknown. */
const SHOWN = 4;

/** Makes a key: the only moment at which it is there as text. */
export function newKey(mode: KeyMode): { key: string; prefix: string } {
  const start = `hf_${mode}_`;
  let random = '';
  while (random.length < LENGTH) random += ALPHABET[randomInt(ALPHABET.length)];
  return { key: start + random, prefix: start + random.slice(0, SHOWN) };
}
