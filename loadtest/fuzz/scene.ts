/** Where a case is made: its chance, its place in the run, and what earlier cases have left for it. */
import type { Address } from './tokens.ts';
import type { Sent, Version } from './case.ts';
import { type Random, chanceAt } from './chance.ts';
import { type Draft, withHeaders } from './draft.ts';
import type { Repertoire } from './repertoire.ts';
import { type Wares, someWares } from './wares.ts';

/** Every so many cases one begins with an order that others go on with. */
export const SHARED_EVERY = 8;
/** Every so many cases one makes a webhook endpoint, beginning with this one. */
const ENDPOINT_EVERY = 128;
const FIRST_ENDPOINT = 61;
export const isEndpointStory = (index: number): boolean => index % ENDPOINT_EVERY === FIRST_ENDPOINT;
/** How many cases back one may reach. */
export const REACH = 300;

export interface Scene {
  seed: number;
  index: number;
  random: Random;
  repertoire: Repertoire;
  /** Cases that must be over first. */
  after: Set<number>;
  /** The place of the next request of the case. */
  next: () => Address;
}

export function createScene(seed: number, index: number, repertoire: Repertoire): Scene {
  let n = 0;
  return {
    seed,
    index,
    random: chanceAt(seed, index),
    repertoire,
    after: new Set(),
    next: () => ({ index, n: n++ }),
  };
}

/** An order of an earlier case that anybody may change. */
export function sharedOrder({ random, index, after }: Scene): Address {
  const maker = Math.floor((index - random.between(1, REACH)) / SHARED_EVERY) * SHARED_EVERY;
  if (maker < 0) return { index: 0, n: 999 };
  after.add(maker);
  return { index: maker, n: 0 };
}

/** A webhook endpoint of an earlier case. */
export function sharedEndpoint({ random, index, after }: Scene): Address {
  const back = index - FIRST_ENDPOINT - random.between(1, REACH);
  const maker = Math.floor(back / ENDPOINT_EVERY) * ENDPOINT_EVERY + FIRST_ENDPOINT;
  if (maker < 0) return { index: 0, n: 999 };
  after.add(maker);
  return { index: maker, n: 0 };
}

/** What the order of a case is of, known to whoever reaches back to it. */
export const waresAt = (seed: number, { index }: Pick<Address, 'index'>): Wares =>
  someWares(chanceAt(seed, index, 1));

export const aVersion = (random: Random): Version => (random.chance(0.35) ? 'v1' : 'v2');

const ODD = "!#$%&'()*+-./:;<=>?[]^_{|}~,";

/** The idempotency key of a request, known to whoever repeats it. */
export function keyAt(seed: number, { index, n }: Address): string {
  const random = chanceAt(seed, index, 2, n);
  const odd = random.chance(0.1)
    ? Array.from({ length: random.between(1, 60) }, () => random.pick([...ODD])).join('')
    : '';
  return `fz-${index}-${n}${odd}`;
}

/** As a header field: as the draft standard has it, or bare. */
export const keyField = (random: Random, key: string): string =>
  random.chance(0.6) ? `"${key.replaceAll(/["\\]/g, '\\$&')}"` : key;

const hex = (value: number, digits: number) => (value >>> 0).toString(16).padStart(digits, '0');

/** Names the one request in the event that it makes. */
export const traceOf = (seed: number, { index, n }: Address): string =>
  `${hex(seed, 8)}${hex(index, 8)}${hex(n, 8)}f022f022`;

/** Where a traced request of this run stands; `undefined` for any other. */
export function addressOfTrace(seed: number, traceparent: string | null): Address | undefined {
  const trace = traceparent?.split('-')[1] ?? '';
  if (!trace.startsWith(hex(seed, 8)) || !trace.endsWith('f022f022')) return undefined;
  return { index: Number.parseInt(trace.slice(8, 16), 16), n: Number.parseInt(trace.slice(16, 24), 16) };
}

export const traceparentAt = (seed: number, at: Address): string =>
  `00-${traceOf(seed, at)}-${hex(at.n + 1, 16)}-01`;

export interface Sealed {
  draft: Draft;
  sent: Sent;
}

export interface SealOptions {
  /** The next place of the case, when left out. */
  at?: Address;
  form?: Sent['form'];
  silence?: boolean;
  repeats?: Sent['repeats'];
  /** Instead of its `X-Request-Id`, one that is not taken over; and instead of its `traceparent`, one that is ignored. */
  badId?: string;
  badTrace?: string;
}

/** Gives a request its place, its id and its trace. */
export function seal(scene: Scene, draft: Draft, options: SealOptions = {}): Sealed {
  const { at = scene.next(), form = 'whole', repeats, badId, badTrace } = options;
  const { silence = form !== 'whole' } = options;
  const id = `fz.${at.index}.${at.n}`;
  const { version, offer, method, target, caller, keys, meaning, orderToken, allowed, inert, ifVersion } =
    draft;
  return {
    draft: withHeaders(
      draft,
      ['X-Request-Id', badId ?? id],
      ['traceparent', badTrace ?? traceparentAt(scene.seed, at)],
    ),
    sent: {
      ...at,
      id: badId === undefined ? id : undefined,
      isTraced: badTrace === undefined,
      version,
      operationId: offer?.operation.id,
      method,
      target,
      caller,
      keys,
      meaning,
      orderToken,
      form,
      allowed,
      inert,
      silence,
      repeats,
      ifVersion,
    },
  };
}
