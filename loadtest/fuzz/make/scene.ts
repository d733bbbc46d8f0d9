/** The context of a case: random numbers, index, and resources of earlier cases. */
import type { Address } from '../tokens.ts';
import type { Sent, Version } from '../case.ts';
import { type Random, chanceAt } from '../chance.ts';
import { type Draft, withHeaders } from './draft.ts';
import type { Repertoire } from './repertoire.ts';
import { type Wares, someWares } from './wares.ts';

/** Every eighth case places an order that later cases change. */
export const SHARED_EVERY = 8;
/** Every 128th case creates a webhook endpoint; the first one has index 61. */
const ENDPOINT_EVERY = 128;
const ENDPOINT_FIRST_INDEX = 61;
export const isEndpointStory = (index: number): boolean => index % ENDPOINT_EVERY === ENDPOINT_FIRST_INDEX;
/** A case uses resources of this many preceding cases. */
export const REACH_CASES = 300;

export interface Scene {
  seed: number;
  index: number;
  random: Random;
  repertoire: Repertoire;
  /** Cases that must end first. */
  after: Set<number>;
  /** The address of the next request of the case. */
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

/** An order of an earlier case. */
export function sharedOrder({ random, index, after }: Scene): Address {
  const maker = Math.floor((index - random.between(1, REACH_CASES)) / SHARED_EVERY) * SHARED_EVERY;
  if (maker < 0) return { index: 0, n: 999 };
  after.add(maker);
  return { index: maker, n: 0 };
}

/** A webhook endpoint of an earlier case. */
export function sharedEndpoint({ random, index, after }: Scene): Address {
  const back = index - ENDPOINT_FIRST_INDEX - random.between(1, REACH_CASES);
  const maker = Math.floor(back / ENDPOINT_EVERY) * ENDPOINT_EVERY + ENDPOINT_FIRST_INDEX;
  if (maker < 0) return { index: 0, n: 999 };
  after.add(maker);
  return { index: maker, n: 0 };
}

/** The contents of the order of a case. */
export const waresAt = (seed: number, { index }: Pick<Address, 'index'>): Wares =>
  someWares(chanceAt(seed, index, 1));

export const aVersion = (random: Random): Version => (random.chance(0.35) ? 'v1' : 'v2');

const ODD = "!#$%&'()*+-./:;<=>?[]^_{|}~,";

/** The idempotency key of a request. */
export function keyAt(seed: number, { index, n }: Address): string {
  const random = chanceAt(seed, index, 2, n);
  const odd = random.chance(0.1)
    ? Array.from({ length: random.between(1, 60) }, () => random.pick([...ODD])).join('')
    : '';
  return `fz-${index}-${n}${odd}`;
}

/** As a header field: a Structured Fields string, or bare. */
export const keyField = (random: Random, key: string): string =>
  random.chance(0.6) ? `"${key.replaceAll(/["\\]/g, '\\$&')}"` : key;

const hex = (value: number, digits: number) => (value >>> 0).toString(16).padStart(digits, '0');

/** The trace id by which an event names its request. */
export const traceOf = (seed: number, { index, n }: Address): string =>
  `${hex(seed, 8)}${hex(index, 8)}${hex(n, 8)}f022f022`;

/** The request of a trace id; `undefined` if the id is not of this run. */
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
  /** Default: the next address of the case. */
  at?: Address;
  form?: Sent['form'];
  silence?: boolean;
  repeats?: Sent['repeats'];
  /** An `X-Request-Id` that the server replaces; a `traceparent` that it ignores. */
  badId?: string;
  badTrace?: string;
}

/** Gives a request its address, id and trace. */
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
