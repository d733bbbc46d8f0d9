/** JSON as bodies are read: no member twice, no number rounded, nothing nested without end (RFC 7493, docs/input.md). */
import { LONGEST_NUMBER, isExact } from './exact.ts';
import { MAX_DEPTH, type Piece, WHOLE, emptyBody, faultIn, malformed } from './fault.ts';
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  MINUS,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  closingQuote,
  isBlank,
  isDigit,
  isMeaningful,
  isOfNumber,
} from './text.ts';

/** Digits that a double always holds. */
const SAFE_DIGITS = 15;

/**
 * Parses a short text: at most a few ms for 64 KiB of anything.
 *
 * `JSON.parse` keeps the last of two members of one name, and rounds numbers. Both are found by counting: one look at the text for its
 * colons and long numbers, one at the value for its members (0.9 µs for an order of 400 bytes). Only a text that is refused is read slowly.
 *
 * @param piece where the text stands, when it is a piece of a longer one
 * @throws {Problem} 400 `malformed_json`, 422 `invalid_body`, with the place
 */
export function parseJson(text: string, piece: Piece = WHOLE): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw isBlank(text) ? emptyBody() : malformed(cause, piece.offset);
  }
  if (typeof value !== 'object' || value === null) throw malformed();
  const members = membersIn(text, MAX_DEPTH - piece.path.length);
  if (members === FAULTY || members !== countMembers(value)) throw faultIn(text, piece);
  return value;
}

/** Stands for a text or a value that has something which is refused. */
const FAULTY = -1;

/** The members of all objects of a valid text; {@link FAULTY} when a number or a depth is refused. */
function membersIn(text: string, maxDepth: number): number {
  let members = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (!isMeaningful(char)) continue;
    if (char === QUOTE) at = closingQuote(text, at);
    else if (char === COLON) members += 1;
    else if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
      depth += 1;
      if (depth > maxDepth) return FAULTY;
    } else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) depth -= 1;
    else if (char === MINUS || isDigit(char)) {
      const from = at;
      at += 1;
      const end = at + LONGEST_NUMBER;
      while (isDigit(text.charCodeAt(at)) && at < end) at += 1;
      let isLong = at - from > SAFE_DIGITS;
      for (; isOfNumber(text.charCodeAt(at)) && at <= end; at += 1) isLong = true;
      if (isLong && !isExact(text.slice(from, at))) return FAULTY;
      at -= 1;
    }
  }
  return members;
}

/** The members of all objects of a value; {@link FAULTY} or less when one is called `__proto__`. */
function countMembers(value: unknown): number {
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && item !== null) members += countMembers(item);
    return members;
  }
  for (const name in value as object) {
    if (name === '__proto__') return -Infinity;
    members += 1;
    const member = (value as Record<string, unknown>)[name];
    if (typeof member === 'object' && member !== null) members += countMembers(member);
  }
  return members;
}
