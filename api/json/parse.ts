/**
 * The JSON parser of bodies: no repeated member, no rounded number, bounded depth (RFC 7493,
 * docs/input.md).
 */
import { NUMBER_LENGTH_MAX, isExact } from './exact.ts';
import { DEPTH_MAX, type Piece, WHOLE, emptyBody, faultIn, malformed } from './fault.ts';
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
  isSyntax,
  isOfNumber,
} from './text.ts';

/** A double holds any number of so many digits exactly. */
const EXACT_DIGITS_MAX = 15;

/**
 * Parses a short text, in a few ms for any 64 KiB.
 *
 * `JSON.parse` keeps the last of two equal members, and rounds numbers. Both are found by counting:
 * the colons and long numbers of the text, the members of the value (0.9 µs for an order of
 * 400 bytes). Only a refused text is read slowly.
 *
 * @param piece location of the text in a longer one
 * @throws {Problem} 400 `malformed_json`, 422 `invalid_body`, with the location
 */
export function parseJson(text: string, piece: Piece = WHOLE): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw isBlank(text) ? emptyBody() : malformed(cause, piece.offset);
  }
  if (typeof value !== 'object' || value === null) throw malformed();
  const members = countMembersIn(text, DEPTH_MAX - piece.path.length);
  if (members === FAULTY_COUNT || members !== countMembers(value)) throw faultIn(text, piece);
  return value;
}

/** The count of a text or value that is refused. */
const FAULTY_COUNT = -1;

/**
 * The number of members in a valid text; {@link FAULTY_COUNT} for an inexact number or too deep
 * nesting.
 */
function countMembersIn(text: string, depthMax: number): number {
  let members = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (!isSyntax(char)) continue;
    if (char === QUOTE) at = closingQuote(text, at);
    else if (char === COLON) members += 1;
    else if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
      depth += 1;
      if (depth > depthMax) return FAULTY_COUNT;
    } else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) depth -= 1;
    else if (char === MINUS || isDigit(char)) {
      const from = at;
      at += 1;
      const end = at + NUMBER_LENGTH_MAX;
      while (isDigit(text.charCodeAt(at)) && at < end) at += 1;
      let isLong = at - from > EXACT_DIGITS_MAX;
      for (; isOfNumber(text.charCodeAt(at)) && at <= end; at += 1) isLong = true;
      if (isLong && !isExact(text.slice(from, at))) return FAULTY_COUNT;
      at -= 1;
    }
  }
  return members;
}

/** The number of members in a value; negative when one is called `__proto__`. */
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
