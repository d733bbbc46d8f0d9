import { z } from 'zod';

/** Free text that a person wrote: any Unicode but control characters and lone surrogates (RFC 7493, I-JSON). */
export const TEXT = /^[^\p{Cc}\p{Cs}]*$/u;

/** Text of at most `max` UTF-16 code units, not empty. */
export const text = (max: number) =>
  z.string().min(1).max(max).regex(TEXT, 'must not hold control characters or lone surrogates');

/** An identifier from the client's own world: visible ASCII. */
export const foreignId = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII without spaces');
