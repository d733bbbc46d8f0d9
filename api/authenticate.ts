/** Authentication: an API key, sent as a bearer token (RFC 6750). */
import { type Principal, hashApiKey } from '../store/keys/api-keys.ts';
import { Problem } from './problem/problem.ts';

/**
 * Lifetime of a cached lookup, valid or not, from the start of the query: the delay with which a
 * revocation or a new key takes effect. docs/keys.md promises 5 seconds in total.
 */
const TTL_MS = 3_000;
/** Cached lookups, valid or not. Beyond it the oldest is evicted. */
const CACHED_KEYS_MAX = 10_000;

const BEARER = /^Bearer +([\x21-\x7e]{1,200}) *$/i;

export interface AuthenticateOptions {
  /** Looks a key up by its SHA-256; `undefined` when no valid key has it. */
  find: (keyHash: Buffer) => Promise<Principal | undefined>;
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
 * Authenticates a caller.
 *
 * @param authorization `Bearer` and an API key
 * @param limitAddress counts a request without a valid key against its address; throws over quota
 * @throws {Problem} 401 for a missing or invalid key
 */
export type Authenticate = (
  authorization: string | undefined,
  limitAddress: () => Promise<void>,
) => Promise<Standing>;

export interface Authenticator {
  authenticate: Authenticate;
  /** The tenant of a key that was valid at its last look-up. Needs no look-up. */
  tenantOf: (authorization: string | undefined) => string | undefined;
}

/** A cached lookup. */
interface Cached {
  /** `undefined` for an invalid key. */
  standing: Standing | undefined;
  /** Monotonic milliseconds. */
  until: number;
}

interface GivenKey {
  authorization: string;
  keyHash: Buffer;
  /** The hash as the key of a Map. */
  name: string;
}

export function createAuthenticator({ find, noteUse, now }: AuthenticateOptions): Authenticator {
  const cache = new Map<string, Cached>();
  /** Queries under way, so that a thousand streams of one key share one. */
  const lookups = new Map<string, Promise<Standing | undefined>>();

  const cachedOf = (name: string): Cached | undefined => {
    const cached = cache.get(name);
    return cached && cached.until > now() ? cached : undefined;
  };

  async function query(name: string, keyHash: Buffer): Promise<Standing | undefined> {
    const startedAt = now();
    const principal = await find(keyHash);
    const standing = principal && standingOf(name, keyHash, principal);
    cache.delete(name);
    if (cache.size >= CACHED_KEYS_MAX) cache.delete(cache.keys().next().value ?? '');
    // From the start of the query: the answer may be that old.
    cache.set(name, { standing, until: startedAt + TTL_MS });
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
  function givenKey(authorization: string): GivenKey | undefined {
    if (last?.authorization === authorization) return last;
    const key = BEARER.exec(authorization)?.[1];
    if (key === undefined) return undefined;
    const keyHash = hashApiKey(key);
    return (last = { authorization, keyHash, name: keyHash.toString('latin1') });
  }

  async function authenticate(
    authorization: string | undefined,
    limitAddress: () => Promise<void>,
  ): Promise<Standing> {
    const given = authorization === undefined ? undefined : givenKey(authorization);
    if (given !== undefined) {
      const { keyHash, name } = given;
      const cached = cachedOf(name);
      const standing = cached ? cached.standing : await lookUp(name, keyHash);
      if (standing) {
        noteUse(standing.principal.keyId);
        return standing;
      }
    }
    await limitAddress();
    throw unauthenticated(given === undefined ? MISSING : INVALID);
  }

  return {
    authenticate,
    tenantOf(authorization) {
      const given = authorization === undefined ? undefined : givenKey(authorization);
      return given && cache.get(given.name)?.standing?.principal.tenantId;
    },
  };
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
