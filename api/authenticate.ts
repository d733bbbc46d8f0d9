/** Authentication: an API key, sent as a bearer token (RFC 6750). */
import { createFairShare } from '../platform/fair-share.ts';
import { type Principal, hashApiKey } from '../store/keys/api-keys.ts';
import { keyFormOf } from '../store/keys/key-form.ts';
import { type CallerAddress, createAddressQuotas } from './limiter/address-quotas.ts';
import { Problem } from './problem/problem.ts';

/**
 * Lifetime of a cached lookup, valid or not, from the start of the query: the delay with which a
 * revocation or a new key takes effect. docs/keys.md promises 5 seconds in total.
 */
const TTL_MS = 3_000;
/** Known keys: those that were valid at their last look-up. Beyond it the oldest is evicted. */
export const KNOWN_KEYS_MAX = 10_000;
/** Cached look-ups of invalid keys. They have their own cache, so that they evict no valid key. */
const INVALID_KEYS_MAX = 1_000;
/** Look-ups of unknown keys at a time, shared by address, and the longest wait for one. */
const UNKNOWN_LOOK_UPS_MAX = 4;
const LOOK_UP_WAIT_MS_MAX = 5_000;

const BEARER = /^Bearer +([\x21-\x7e]{1,200}) *$/i;

export interface AuthenticateOptions {
  /** Looks a key up by its SHA-256; `undefined` when no valid key has it. */
  find: (keyHash: Buffer) => Promise<Principal | undefined>;
  /** Keys that need not count against an address before their first look-up here. */
  known?: readonly { keyHash: Buffer; tenantId: string }[];
  /** Called for each authenticated request, and at each confirmation. Must not block. */
  noteUse: (keyId: string) => void;
  /** Monotonic milliseconds. */
  now: () => number;
}

/** An authenticated caller. A long request must confirm it: the key may be revoked meanwhile. */
export interface Standing {
  /** As of the last confirmation: quotas change while a stream is open. */
  principal: Principal;
  /**
   * Checks again that the key is valid and has the scope.
   *
   * @returns `undefined` when the cache has the answer; else a promise that rejects with a
   *   {@link Problem} 401 or 403, or as `find` does
   * @throws {Problem} 401 or 403, when the cache has the answer
   */
  confirm: (scope: string) => Promise<void> | undefined;
}

/**
 * Authenticates a caller. A key that is not known is looked up only while its address is within its
 * quota, so made-up keys cost few look-ups; one with a wrong checksum costs none.
 *
 * @param authorization `Bearer` and an API key
 * @param addressOf the caller; called for a key that is not known
 * @throws {Problem} 401 for a missing or invalid key, 503 when too many unknown keys are looked up
 * @throws {RateLimited} over the quota of the address
 */
export type Authenticate = (
  authorization: string | undefined,
  addressOf: () => CallerAddress,
) => Promise<Standing>;

export interface Authenticator {
  authenticate: Authenticate;
  /** The tenant of a known key. Needs no look-up. */
  tenantOf: (authorization: string | undefined) => string | undefined;
}

/** A key that was valid at its last look-up. */
interface Known {
  /** `undefined` before its first look-up here. */
  standing: Standing | undefined;
  tenantId: string;
  /** Monotonic milliseconds. */
  until: number;
}

interface GivenKey {
  authorization: string;
  key: string;
  keyHash: Buffer;
  /** The hash as the key of a Map. */
  name: string;
}

export function createAuthenticator(options: AuthenticateOptions): Authenticator {
  const { find, known: initial = [], noteUse, now } = options;
  const known = new Map<string, Known>();
  /** Until when the answer of a look-up counts. */
  const invalid = new Map<string, number>();
  /** Queries under way, so that a thousand streams of one key share one. */
  const lookups = new Map<string, Promise<Standing | undefined>>();
  const unknownLookUps = createFairShare({ capacity: UNKNOWN_LOOK_UPS_MAX });
  const quotas = createAddressQuotas(now);
  for (const { keyHash, tenantId } of initial)
    known.set(keyHash.toString('latin1'), { standing: undefined, tenantId, until: Number.NEGATIVE_INFINITY });

  /** @returns the fresh answer of a look-up */
  function cachedOf(name: string): { standing: Standing | undefined } | undefined {
    const valid = known.get(name);
    if (valid !== undefined) return valid.until > now() ? valid : undefined;
    return (invalid.get(name) ?? 0) > now() ? { standing: undefined } : undefined;
  }

  async function query(name: string, keyHash: Buffer): Promise<Standing | undefined> {
    const startedAt = now();
    const principal = await find(keyHash);
    const standing = principal && standingOf(name, keyHash, principal);
    // From the start of the query: the answer may be that old.
    const until = startedAt + TTL_MS;
    known.delete(name);
    invalid.delete(name);
    if (standing) setBounded(known, KNOWN_KEYS_MAX, name, { standing, tenantId: principal.tenantId, until });
    else setBounded(invalid, INVALID_KEYS_MAX, name, until);
    return standing;
  }

  function lookUp(name: string, keyHash: Buffer): Promise<Standing | undefined> {
    let lookup = lookups.get(name);
    if (lookup === undefined) {
      lookup = query(name, keyHash).finally(() => lookups.delete(name));
      lookups.set(name, lookup);
    }
    return lookup;
  }

  function standingOf(name: string, keyHash: Buffer, principal: Principal): Standing {
    const own: Standing = {
      principal,
      confirm(scope) {
        const cached = cachedOf(name);
        if (cached === undefined) return confirmLater(scope);
        renew(cached.standing, scope);
        return undefined;
      },
    };
    async function confirmLater(scope: string): Promise<void> {
      const standing = await lookUp(name, keyHash);
      if (standing) noteUse(standing.principal.keyId);
      renew(standing, scope);
    }
    function renew(standing: Standing | undefined, scope: string): void {
      requireScope(standing?.principal, scope);
      if (standing) own.principal = standing.principal;
    }
    return own;
  }

  /** The key that was read last: admission and authentication read it in one turn. */
  let last: GivenKey | undefined;
  function givenKey(authorization = ''): GivenKey | undefined {
    if (last?.authorization === authorization) return last;
    const key = BEARER.exec(authorization)?.[1];
    if (key === undefined) return undefined;
    const keyHash = hashApiKey(key);
    return (last = { authorization, key, keyHash, name: keyHash.toString('latin1') });
  }

  /** @throws {RateLimited} */
  async function refuse(address: CallerAddress, detail: string): Promise<never> {
    await quotas.count(address);
    throw unauthenticated(detail);
  }

  /** The look-up ends with the count, so that few are under way when the quota ends. */
  async function lookUpUnknown(
    { key, keyHash, name }: GivenKey,
    address: CallerAddress,
  ): Promise<Standing | undefined> {
    const form = keyFormOf(key);
    if (form === undefined) return refuse(address, INVALID);
    const release = await unknownLookUps
      .take(address.subject, { signal: AbortSignal.timeout(LOOK_UP_WAIT_MS_MAX) })
      .catch(() => {
        throw new Problem('overloaded', 'Too many unknown keys are looked up on this node.', {
          headers: { 'Retry-After': '1' },
        });
      });
    try {
      const isOver = !quotas.admits(address.subject, form === 'checked');
      if (isOver) await quotas.count(address);
      const cached = cachedOf(name); // by a request that was first
      const standing = cached ? cached.standing : await lookUp(name, keyHash);
      if (standing !== undefined) return standing;
      if (!isOver) await quotas.count(address);
      throw unauthenticated(INVALID);
    } finally {
      release();
    }
  }

  return {
    async authenticate(authorization, addressOf) {
      const given = givenKey(authorization);
      if (given === undefined) return refuse(addressOf(), MISSING);
      const { keyHash, name } = given;
      const cached = cachedOf(name);
      let standing = cached?.standing;
      if (cached === undefined)
        standing = await (known.has(name) ? lookUp(name, keyHash) : lookUpUnknown(given, addressOf()));
      if (standing === undefined) return refuse(addressOf(), INVALID);
      noteUse(standing.principal.keyId);
      return standing;
    },
    tenantOf: (authorization) => known.get(givenKey(authorization)?.name ?? '')?.tenantId,
  };
}

/** Evicts the oldest entry beyond `countMax`. */
function setBounded<Value>(map: Map<string, Value>, countMax: number, name: string, value: Value): void {
  if (map.size >= countMax) map.delete(map.keys().next().value ?? '');
  map.set(name, value);
}

const MISSING = 'Send an API key as Authorization: Bearer hf_live_….';
const INVALID = 'This API key is not valid.';

const unauthenticated = (detail: string) =>
  new Problem('unauthenticated', detail, { headers: { 'WWW-Authenticate': 'Bearer' } });

/** @throws {Problem} 401 without a principal, 403 without the scope */
export function requireScope(principal: Principal | undefined, scope: string): void {
  if (principal === undefined) throw unauthenticated(INVALID);
  if (!principal.scopes.has(scope)) throw new Problem('scope_missing', `This call needs the scope ${scope}.`);
}
