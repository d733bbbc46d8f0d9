/** The characters of JSON's syntax, and scans for them. */

export const QUOTE = 34;
export const COMMA = 44;
export const MINUS = 45;
export const COLON = 58;
export const OPEN_ARRAY = 91;
export const CLOSE_ARRAY = 93;
export const OPEN_OBJECT = 123;
export const CLOSE_OBJECT = 125;
const BACKSLASH = 92;

/** 1 for each character of the syntax, by code. */
const IS_SYNTAX = new Uint8Array(128);
for (const char of [QUOTE, COMMA, MINUS, COLON, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT])
  IS_SYNTAX[char] = 1;
for (let digit = 48; digit <= 57; digit += 1) IS_SYNTAX[digit] = 1;

/**
 * Whether a character outside of strings is not space and not a letter. One lookup skips most text.
 */
export const isSyntax = (char: number): boolean => IS_SYNTAX[char] === 1;

export const isDigit = (char: number): boolean => char >= 48 && char <= 57;

/** Whether a character is a digit or one of `.eE+-`. */
export const isOfNumber = (char: number): boolean =>
  isDigit(char) || char === 46 || char === 101 || char === 69 || char === 43 || char === MINUS;

/** Whether bytes are only JSON white space. */
export function isBlankIn(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const char = bytes[at];
    if (char !== 32 && char !== 10 && char !== 13 && char !== 9) return false;
  }
  return true;
}

/** Whether a text is only JSON white space. */
export const isBlank = (text: string): boolean => /^[ \t\n\r]*$/.test(text);

/**
 * Offset of the closing quote of the string at `from`; the length of the text when there is none.
 *
 * `indexOf` takes half the time of a loop; the loop runs only when the quote may be escaped.
 */
export function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from + 1);
  if (at === -1) return text.length;
  if (text.charCodeAt(at - 1) !== BACKSLASH) return at;
  for (at = from + 1; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) return at;
    if (char === BACKSLASH) at += 1;
  }
  return text.length;
}

/** {@link closingQuote} in bytes of UTF-8. */
export function closingQuoteIn(bytes: Buffer, from: number): number {
  let at = bytes.indexOf(QUOTE, from + 1);
  if (at === -1) return bytes.length;
  if (bytes[at - 1] !== BACKSLASH) return at;
  for (at = from + 1; at < bytes.length; at += 1) {
    const char = bytes[at];
    if (char === QUOTE) return at;
    if (char === BACKSLASH) at += 1;
  }
  return bytes.length;
}
