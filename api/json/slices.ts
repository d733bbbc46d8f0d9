/**
 * A long JSON text, parsed in pieces, so that the event loop goes round between them.
 *
 * `JSON.parse` is fast on what the contract takes (20 ms for 4 MiB of orders) and slow on what it does not: 160 to 560 ms for
 * 4 MiB of `[{},{},…`, of brackets, or of names that differ. So a look at the bytes finds where lists and objects can be cut,
 * `JSON.parse` reads the pieces, and a text with more in it than any body of this API is refused where it becomes too much.
 */
import { pointerOf } from '../problem/pointer.ts';
import { MAX_DEPTH, emptyBody, malformed, poisoned, repeated, tooDeep, tooMuch } from './fault.ts';
import { parseJson } from './parse.ts';
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  closingQuoteIn,
  isBlankIn,
  isMeaningful,
} from './text.ts';

/** Bytes that are parsed at a time, about. The slowest 64 KiB take 9 ms. */
export const SLICE_BYTES = 65_536;
/** Bytes that are looked at in a turn, when nothing can be cut in them. */
const STRIDE_BYTES = 524_288;
/** Members of an object, or items of a list. The contract has lists of 500. */
const MAX_CHILDREN = 1_000;
/** Values of a body. 500 orders of 100 lines, the shortest that there can be, have 370,000. */
const MAX_VALUES = 400_000;

/** A list or an object whose end has not come yet. */
interface Open {
  isArray: boolean;
  /** Of its bracket. */
  from: number;
  /** Where the children begin that are not parsed yet. */
  run: number;
  /** The comma, or the bracket, before the child that is being looked at. */
  comma: number;
  children: number;
  /** The children that are parsed; none while it may still be parsed in one with what is around it. */
  value: unknown[] | Record<string, unknown> | undefined;
  /** Name or number of a child that is cut: the one that is open, or has just ended. */
  cutChild: string | number | undefined;
}

/** How far a text has been read. */
interface Reading {
  bytes: Buffer;
  /** What is looked at next. */
  at: number;
  opens: Open[];
  values: number;
  /** Everything before it is parsed. */
  parsedTo: number;
}

/**
 * Begins to parse a text.
 *
 * @param bytes UTF-8; commas in it become brackets
 * @param slice bytes that are parsed at a time, about
 * @returns parses the next piece; its answer is `undefined` until the whole is parsed. Throws as {@link parseJson}, and 422 for
 *   more members, items or values than any body has
 */
export function parseInSlices(bytes: Buffer, slice = SLICE_BYTES): () => { value: unknown } | undefined {
  const reading: Reading = { bytes, at: 0, opens: [], values: 0, parsedTo: 0 };
  return () => readOn(reading, slice);
}

function readOn(reading: Reading, slice: number): { value: unknown } | undefined {
  const { bytes, opens } = reading;
  const stop = Math.min(bytes.length, reading.at + STRIDE_BYTES);
  let { at } = reading;
  for (; at < stop; at += 1) {
    const char = bytes[at]!;
    if (!isMeaningful(char)) continue;
    if (char === QUOTE) {
      at = closingQuoteIn(bytes, at);
    } else if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
      begin(reading, at, char === OPEN_ARRAY);
    } else if (char === COMMA) {
      const open = openIn(opens);
      count(reading, open);
      const isLong = at - reading.parsedTo > slice;
      if (open.cutChild !== undefined) endCutChild(bytes, open, at);
      else if (isLong) parseUpTo(reading, at);
      open.comma = at;
      if (isLong) return goOn(reading, at + 1);
    } else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) {
      const open = openIn(opens);
      if (open.isArray !== (char === CLOSE_ARRAY)) throw malformed();
      if (open.cutChild !== undefined) endCutChild(bytes, open, at);
      else if (open.value !== undefined || isWorthACut(reading, open, at, slice)) parseUpTo(reading, at);
      opens.pop();
      const parent = opens.at(-1);
      if (parent === undefined) return { value: theWhole(bytes, open, at) };
      if (open.value !== undefined) {
        (parent.value as Record<PropertyKey, unknown>)[parent.cutChild!] = open.value;
        parent.run = at + 1;
        return goOn(reading, at + 1);
      }
    }
  }
  if (at < bytes.length) return goOn(reading, at);
  throw isBlankIn(bytes, 0, bytes.length) ? emptyBody() : malformed();
}

function goOn(reading: Reading, at: number): undefined {
  reading.at = at;
  return undefined;
}

function openIn(opens: Open[]): Open {
  const open = opens.at(-1);
  if (open === undefined) throw malformed();
  return open;
}

function begin(reading: Reading, at: number, isArray: boolean): void {
  const { bytes, opens } = reading;
  // Behind a child that was cut there is a comma first.
  if (opens.at(-1)?.cutChild !== undefined) throw malformed();
  if (opens.length === MAX_DEPTH) throw tooDeep(pointerOf(pathTo(bytes, opens, at)));
  reading.values += 1;
  opens.push({
    isArray,
    from: at,
    run: at + 1,
    comma: at,
    children: 0,
    value: undefined,
    cutChild: undefined,
  });
}

/** One more comma is one more child, and one more value. */
function count(reading: Reading, open: Open): void {
  open.children += 1;
  if (open.children === MAX_CHILDREN) {
    const path = pathTo(reading.bytes, reading.opens.slice(0, -1), open.from);
    throw tooMuch(pointerOf(path), MAX_CHILDREN, open.isArray);
  }
  reading.values += 1;
  if (reading.values > MAX_VALUES) throw tooMuch('', MAX_VALUES);
}

/** Whether a list or object that ends here is parsed by itself; an empty one is not, however much space is in it. */
const isWorthACut = ({ bytes, parsedTo }: Reading, { run }: Open, at: number, slice: number): boolean =>
  at - parsedTo > slice && !isBlankIn(bytes, run, at);

/** The text is over; if none of it was cut, it is parsed here. */
function theWhole(bytes: Buffer, { value, from }: Open, at: number): unknown {
  if (value === undefined) return parseJson(bytes.toString());
  if (!isBlankIn(bytes, 0, from) || !isBlankIn(bytes, at + 1, bytes.length)) throw malformed();
  return value;
}

/** Parses the children that the innermost list or object has up to `end`, and what stands before it in those around it. */
function parseUpTo(reading: Reading, end: number): void {
  const { bytes, opens } = reading;
  for (const [level, open] of opens.slice(0, -1).entries()) {
    if (open.cutChild !== undefined) continue;
    if (open.comma >= open.run) parseChildren(bytes, opens, level, open.comma);
    const child = childAt(bytes, open, opens[level + 1]!.from);
    if (child === undefined) throw malformed();
    const pointer = () => pointerOf([...pathOf(opens, level), child]);
    if (child === '__proto__') throw poisoned(pointer());
    open.value ??= open.isArray ? [] : {};
    if (Object.hasOwn(open.value, child)) throw repeated(pointer());
    open.cutChild = child;
  }
  parseChildren(bytes, opens, opens.length - 1, end);
  reading.parsedTo = end;
}

function parseChildren(bytes: Buffer, opens: Open[], level: number, end: number): void {
  const open = opens[level]!;
  if (isBlankIn(bytes, open.run, end)) throw malformed();
  const path = pathOf(opens, level);
  const offset = open.run - 1;
  // Both ends are commas or brackets.
  bytes[offset] = open.isArray ? OPEN_ARRAY : OPEN_OBJECT;
  bytes[end] = open.isArray ? CLOSE_ARRAY : CLOSE_OBJECT;
  const piece = bytes.toString('utf8', offset, end + 1);
  if (open.isArray) {
    const value = (open.value ??= []) as unknown[];
    value.push(...(parseJson(piece, { path, offset, first: value.length }) as unknown[]));
  } else {
    const value = (open.value ??= {}) as Record<string, unknown>;
    const more = parseJson(piece, { path, offset }) as Record<string, unknown>;
    for (const name of Object.keys(more)) {
      if (Object.hasOwn(value, name)) throw repeated(pointerOf([...path, name]));
      value[name] = more[name];
    }
  }
  open.run = end + 1;
}

/** A child that was cut is over: nothing but space may stand between it and what comes next. */
function endCutChild(bytes: Buffer, open: Open, at: number): void {
  if (!isBlankIn(bytes, open.run, at)) throw malformed();
  open.cutChild = undefined;
  open.run = at + 1;
}

/** The name or the number of the child that begins with the bracket at `from`. */
function childAt(
  bytes: Buffer,
  { isArray, comma, children }: Open,
  from: number,
): string | number | undefined {
  if (isArray) return isBlankIn(bytes, comma + 1, from) ? children : undefined;
  const before = bytes.toString('utf8', comma + 1, from);
  const name = /^[ \t\n\r]*("(?:[^"\\]|\\.)*")[ \t\n\r]*:[ \t\n\r]*$/.exec(before)?.[1];
  return name === undefined ? undefined : (parseJson(`[${name}]`) as [string])[0];
}

/** The path to the list or object that is open at a level, all around which are cut. */
const pathOf = (opens: Open[], level: number): PropertyKey[] =>
  opens.slice(0, level).map(({ cutChild }) => cutChild!);

/** The path to the list or object that begins at `from`. */
const pathTo = (bytes: Buffer, opens: Open[], from: number): PropertyKey[] =>
  opens.map((open, level) => childAt(bytes, open, opens[level + 1]?.from ?? from) ?? '');
