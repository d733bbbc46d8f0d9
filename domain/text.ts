import { z } from 'zod';

/** Free text that a person wrote: any Unicode but control characters and lone surrogates (RFC 7493, I-JSON). */
export const TEXT = /^[^\p{Cc}\p{Cs}]*$/u;

/** What {@link TEXT} asks, in words. */
export const TEXT_EXPECTED = 'must not hold control characters or lone surrogates';

/** Text of at most `max` UTF-16 code units, not empty. */
export const text = (max: number) => z.string().min(1).max(max).regex(TEXT, TEXT_EXPECTED);

/** An identifier from the client's own world: visible ASCII. */
export const foreignId = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[\x21-\x7e]+$/, 'must be ASCII without spaces');
