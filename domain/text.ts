import { z } from 'zod';

/** Free text: any Unicode except control characters and lone surrogates (I-JSON, RFC 7493). */
export const TEXT = /^[^\p{Cc}\p{Cs}]*$/u;

/** Error detail for {@link TEXT}. */
export const TEXT_EXPECTED = 'must not contain control characters or lone surrogates';

/** Schema of a text of 1 to `maxLength` UTF-16 code units. */
export const text = (maxLength: number) => z.string().min(1).max(maxLength).regex(TEXT, TEXT_EXPECTED);

/** Free text of several lines: also tabs and the line breaks `\n` and `\r\n`. */
export const MULTILINE_TEXT = /^(?:[^\p{Cc}\p{Cs}]|[\t\n]|\r\n)*$/u;

/** Error detail for {@link MULTILINE_TEXT}. */
export const MULTILINE_TEXT_EXPECTED =
  'must not contain control characters other than tabs and line breaks, or lone surrogates';

/** Schema of a text of several lines, of 1 to `maxLength` UTF-16 code units. */
export const multilineText = (maxLength: number) =>
  z.string().min(1).max(maxLength).regex(MULTILINE_TEXT, MULTILINE_TEXT_EXPECTED);

/** Error detail for an e-mail address. */
export const EMAIL_EXPECTED = 'must be an e-mail address, such as ada@example.com';

/** Error detail for the name of a series of order numbers. */
export const SERIES_EXPECTED = 'must be letters, digits and . _ / - that do not end with a digit, such as W-';

/** Error detail for {@link foreignId}. */
export const ASCII_EXPECTED = 'must be ASCII letters, digits and signs only: no spaces, no umlauts';

/** Schema of an identifier that the client chose: 1 to `maxLength` visible ASCII characters. */
export const foreignId = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[\x21-\x7e]+$/, ASCII_EXPECTED);
