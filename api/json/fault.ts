/** Finds the fault of a refused JSON text, with its location. Slow, so only for refused texts. */
import { pointerOf } from '../problem/pointer.ts';
import { Problem } from '../problem/problem.ts';
import { NUMBER_LENGTH_MAX, isExact } from './exact.ts';
import { closingQuote } from './text.ts';

/** Nested objects and lists. The deepest body of the contract has 7. */
export const DEPTH_MAX = 32;

/**
 * The location of a piece in a longer text. A piece is a list or object with some of its children.
 */
export interface Piece {
  /** Path of the list or object. */
  path: readonly PropertyKey[];
  /** Index of its first item. */
  first?: number;
  /** Of its first character in the whole text. */
  offset: number;
}
export const WHOLE: Piece = { path: [], offset: 0 };

interface Frame {
  /** Names of the object so far; `undefined` for a list. */
  names: Set<string> | undefined;
  /** The current member or item. */
  at: string | number;
}

/** Stops just beyond the longest number. */
const NUMBER = new RegExp(`-?\\d[\\d.eE+-]{0,${NUMBER_LENGTH_MAX}}`, 'y');

/**
 * The first fault of a text that `JSON.parse` accepts.
 *
 * @param text short
 */
export function faultIn(text: string, { path, first = 0 }: Piece): Problem {
  const frames: Frame[] = [];
  const pointer = () => pointerOf([...path, ...frames.map(({ at }) => at)]);
  let isName = false;
  for (let at = 0; at < text.length; at += 1) {
    const frame = frames.at(-1);
    switch (text[at]) {
      case '{':
      case '[':
        if (frames.length + path.length === DEPTH_MAX) return tooDeep(pointer());
        isName = text[at] === '{';
        frames.push({ names: isName ? new Set() : undefined, at: frames.length === 0 ? first : 0 });
        break;
      case '}':
      case ']':
        frames.pop();
        isName = false;
        break;
      case ',':
        isName = frame?.names !== undefined;
        if (typeof frame?.at === 'number') frame.at += 1;
        break;
      case '"': {
        const end = closingQuote(text, at) + 1;
        if (isName && frame?.names !== undefined) {
          frame.at = JSON.parse(text.slice(at, end)) as string;
          if (frame.at === '__proto__') return poisoned(pointer());
          if (frame.names.has(frame.at)) return repeated(pointer());
          frame.names.add(frame.at);
          isName = false;
        }
        at = end - 1;
        break;
      }
      default: {
        NUMBER.lastIndex = at;
        const source = NUMBER.exec(text)?.[0];
        if (source === undefined) break;
        if (!isExact(source)) return inexact(pointer());
        at += source.length - 1;
      }
    }
  }
  return new Problem('malformed_json', 'The body is not acceptable JSON. docs/input.md has the rules.');
}

export const emptyBody = () => new Problem('malformed_json', 'The body is empty. Send one JSON object.');

/** @param cause error of `JSON.parse`; its message has values of the body, so it is not repeated */
export function malformed(cause?: unknown, offset = 0): Problem {
  const position = /at position (\d+)/.exec(String(cause))?.[1];
  const where = position === undefined ? '' : ` The fault is at character ${Number(position) + offset}.`;
  return new Problem('malformed_json', `The body is not JSON.${where} Send one JSON object in UTF-8.`, {
    cause,
  });
}

export const repeated = (pointer: string) =>
  new Problem('malformed_json', 'An object repeats a member, see errors.', {
    errors: [{ pointer, detail: 'must occur once: JSON parsers disagree on which of two counts' }],
  });

export const poisoned = (pointer: string) =>
  new Problem('malformed_json', 'The name __proto__ is not allowed, see errors.', {
    errors: [{ pointer, detail: 'must have another name' }],
  });

const inexact = (pointer: string) =>
  new Problem('invalid_body', 'A number would be rounded, see errors.', {
    errors: [{ pointer, detail: 'must be a number that a double holds exactly, of at most 15 digits' }],
  });

export const tooDeep = (pointer: string) =>
  new Problem('invalid_body', 'The body is nested too deeply, see errors.', {
    errors: [{ pointer, detail: `must have at most ${DEPTH_MAX} levels` }],
  });

/** @param pointer to a list or object; `''` for all values of the body */
export const tooMuch = (pointer: string, countMax: number, isArray?: boolean) => {
  const noun = isArray === undefined ? 'values in total' : isArray ? 'items' : 'members';
  return new Problem('invalid_body', 'The body has too many values, see errors.', {
    errors: [{ pointer, detail: `must have at most ${countMax} ${noun}; the schema may allow fewer` }],
  });
};
