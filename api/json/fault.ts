/** What is wrong with a JSON text that is not taken, and where. Slow: only for a text that is refused. */
import { pointerOf } from '../problem/pointer.ts';
import { Problem } from '../problem/problem.ts';
import { LONGEST_NUMBER, isExact } from './exact.ts';
import { closingQuote } from './text.ts';

/** Objects and lists that may be open at a time. The deepest body of the contract has 7. */
export const MAX_DEPTH = 32;

/** Where a text stands that is a piece of a longer one: a list, or an object, with some of its children. */
export interface Piece {
  /** To that list or object. */
  path: readonly PropertyKey[];
  /** Number of the first item. */
  first?: number;
  /** Of its first character in the longer text. */
  offset: number;
}
export const WHOLE: Piece = { path: [], offset: 0 };

interface Frame {
  /** Names that the object has had so far; a list has none. */
  names: Set<string> | undefined;
  /** The member or item that is being read. */
  at: string | number;
}

/** No more of one that is too long than tells that it is. */
const NUMBER = new RegExp(`-?\\d[\\d.eE+-]{0,${LONGEST_NUMBER}}`, 'y');

/**
 * Finds the first fault of a text that `JSON.parse` takes.
 *
 * @param text a short one
 */
export function faultIn(text: string, { path, first = 0 }: Piece): Problem {
  const frames: Frame[] = [];
  const place = () => pointerOf([...path, ...frames.map(({ at }) => at)]);
  let isName = false;
  for (let at = 0; at < text.length; at += 1) {
    const frame = frames.at(-1);
    switch (text[at]) {
      case '{':
      case '[':
        if (frames.length + path.length === MAX_DEPTH) return tooDeep(place());
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
          if (frame.at === '__proto__') return poisoned(place());
          if (frame.names.has(frame.at)) return repeated(place());
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
        if (!isExact(source)) return inexact(place());
        at += source.length - 1;
      }
    }
  }
  return new Problem('malformed_json', 'The body is not JSON that is taken here.');
}

export const emptyBody = () => new Problem('malformed_json', 'The body is empty. Send one JSON object.');

/** @param cause of `JSON.parse`; its message repeats what was sent, and is not repeated here */
export function malformed(cause?: unknown, offset = 0): Problem {
  const position = /at position (\d+)/.exec(String(cause))?.[1];
  const where = position === undefined ? '' : ` It breaks off at character ${Number(position) + offset}.`;
  return new Problem('malformed_json', `The body is not JSON.${where} Send one JSON object, in UTF-8.`, {
    cause,
  });
}

export const repeated = (pointer: string) =>
  new Problem('malformed_json', 'An object has each member once.', {
    errors: [{ pointer, detail: 'must not occur twice: readers disagree on which one counts' }],
  });

export const poisoned = (pointer: string) =>
  new Problem('malformed_json', 'No member can be called __proto__.', {
    errors: [{ pointer, detail: 'must have another name' }],
  });

const inexact = (pointer: string) =>
  new Problem('invalid_body', 'The body has a number that would be rounded.', {
    errors: [{ pointer, detail: 'must be a number that a double holds exactly, in at most 15 digits' }],
  });

export const tooDeep = (pointer: string) =>
  new Problem('invalid_body', 'The body is nested too deeply.', {
    errors: [{ pointer, detail: `must not be nested deeper than ${MAX_DEPTH} levels` }],
  });

/** @param pointer to a list or an object; the whole body otherwise */
export const tooMuch = (pointer: string, most: number, isArray?: boolean) => {
  const what = isArray === undefined ? 'values in all' : isArray ? 'items' : 'members';
  return new Problem('invalid_body', 'The body has more in it than any of this API.', {
    errors: [{ pointer, detail: `must not have more than ${most} ${what}; the schema says how many` }],
  });
};
