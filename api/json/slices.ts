/**
 * Parses a long JSON text in slices, between turns of the event loop.
 *
 * `JSON.parse` is fast on valid bodies (20 ms for 4 MiB of orders) and slow on others: 160 to
 * 560 ms for 4 MiB of `[{},{},…`, of brackets, or of distinct names. So a scan of the bytes finds
 * the cuts. It refuses a text once it has more values than any valid body.
 */
import { pointerOf } from '../problem/pointer.ts';
import { DEPTH_MAX, emptyBody, malformed, poisoned, repeated, tooDeep, tooMuch } from './fault.ts';
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
  isSyntax,
} from './text.ts';

/** Approximate size of a slice. The slowest 64 KiB take 9 ms. */
export const SLICE_BYTES = 65_536;
/** Bytes of one scan, when it finds no cut. */
const STRIDE_BYTES = 524_288;
/** Members of an object, or items of a list. The longest list of the contract has 500. */
const CHILDREN_MAX = 1_000;
/** Values of a body. 500 orders of 100 minimal lines have 370,000. */
const VALUES_MAX = 400_000;

/** A list or object whose end is not scanned yet. */
interface Open {
  isArray: boolean;
  /** Offset of its bracket. */
  from: number;
  /** Offset of the first child that is not parsed. */
  run: number;
  /** Offset of the comma or bracket before the current child. */
  comma: number;
  children: number;
  /** The parsed children; `undefined` while it may be parsed whole with its parent. */
  value: unknown[] | Record<string, unknown> | undefined;
  /** Name or index of a cut child: the open one, or the one that has just ended. */
  cutChild: string | number | undefined;
}

/** The state of a parse. */
interface Reading {
  bytes: Buffer;
  /** Offset of the next byte to scan. */
  at: number;
  opens: Open[];
  values: number;
  /** Offset up to which all is parsed. */
  parsedTo: number;
}

/**
 * Starts to parse a text.
 *
 * @param bytes UTF-8; the parse overwrites commas with brackets
 * @param sliceBytes approximate size of a slice
 * @returns parses the next slice, and returns `undefined` until the whole is parsed. Throws as
 *   {@link parseJson}, and 422 for too many members, items or values
 */
export function parseInSlices(bytes: Buffer, sliceBytes = SLICE_BYTES): () => { value: unknown } | undefined {
  const reading: Reading = { bytes, at: 0, opens: [], values: 0, parsedTo: 0 };
  return () => readOn(reading, sliceBytes);
}

function readOn(reading: Reading, sliceBytes: number): { value: unknown } | undefined {
  const { bytes, opens } = reading;
  const stop = Math.min(bytes.length, reading.at + STRIDE_BYTES);
  let { at } = reading;
  for (; at < stop; at += 1) {
    const char = bytes[at]!;
    if (!isSyntax(char)) continue;
    if (char === QUOTE) {
      at = closingQuoteIn(bytes, at);
    } else if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
      begin(reading, at, char === OPEN_ARRAY);
    } else if (char === COMMA) {
      const open = openIn(opens);
      count(reading, open);
      const isLong = at - reading.parsedTo > sliceBytes;
      if (open.cutChild !== undefined) endCutChild(bytes, open, at);
      else if (isLong) parseUpTo(reading, at);
      open.comma = at;
      if (isLong) return goOn(reading, at + 1);
    } else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) {
      const open = openIn(opens);
      if (open.isArray !== (char === CLOSE_ARRAY)) throw malformed();
      if (open.cutChild !== undefined) endCutChild(bytes, open, at);
      else if (open.value !== undefined || isWorthACut(reading, open, at, sliceBytes)) parseUpTo(reading, at);
      opens.pop();
      const parent = opens.at(-1);
      if (parent === undefined) return { value: wholeValue(bytes, open, at) };
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
  // A comma must follow a cut child.
  if (opens.at(-1)?.cutChild !== undefined) throw malformed();
  if (opens.length === DEPTH_MAX) throw tooDeep(pointerOf(pathTo(bytes, opens, at)));
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

/** Counts a child, at its comma. */
function count(reading: Reading, open: Open): void {
  open.children += 1;
  if (open.children === CHILDREN_MAX) {
    const path = pathTo(reading.bytes, reading.opens.slice(0, -1), open.from);
    throw tooMuch(pointerOf(path), CHILDREN_MAX, open.isArray);
  }
  reading.values += 1;
  if (reading.values > VALUES_MAX) throw tooMuch('', VALUES_MAX);
}

/**
 * Whether to parse a list or object alone at its end. Not an empty one, however much space it has.
 */
const isWorthACut = ({ bytes, parsedTo }: Reading, { run }: Open, at: number, sliceBytes: number): boolean =>
  at - parsedTo > sliceBytes && !isBlankIn(bytes, run, at);

/** The whole value, at the end of the text. Parses it here when it was never cut. */
function wholeValue(bytes: Buffer, { value, from }: Open, at: number): unknown {
  if (value === undefined) return parseJson(bytes.toString());
  if (!isBlankIn(bytes, 0, from) || !isBlankIn(bytes, at + 1, bytes.length)) throw malformed();
  return value;
}

/**
 * Parses the children of the innermost list or object up to `end`, and all before it in its
 * parents.
 */
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

/** Ends a cut child: only space may follow it up to the comma or bracket at `at`. */
function endCutChild(bytes: Buffer, open: Open, at: number): void {
  if (!isBlankIn(bytes, open.run, at)) throw malformed();
  open.cutChild = undefined;
  open.run = at + 1;
}

/** The name or index of the child whose bracket is at `from`. */
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

/** The path of the list or object at a level, whose parents are all cut. */
const pathOf = (opens: Open[], level: number): PropertyKey[] =>
  opens.slice(0, level).map(({ cutChild }) => cutChild!);

/** The path of the list or object whose bracket is at `from`. */
const pathTo = (bytes: Buffer, opens: Open[], from: number): PropertyKey[] =>
  opens.map((open, level) => childAt(bytes, open, opens[level + 1]?.from ?? from) ?? '');
