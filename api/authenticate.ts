/** Whose request it is: an API key, sent as a bearer token (RFC 6750). */
import { type Principal, hashApiKey } from '../store/keys/api-keys.ts';
import { Problem } from './problem/problem.ts';

/**
 * Milliseconds that an answer about a key is good for, valid or not, from the moment of asking: the longest that a request may
 * come after a key was revoked and be let in, or after a key was made and be refused. docs/keys.md promises 5 seconds for all of it.
 */
const TTL_MS = 3_000;
/** Keys remembered at most, valid or not; the oldest go. */
const CAPACITY = 10_000;

const BEARER = /^Bearer +([\x21-\x7e]{1,200}) *$/i;

export interface AuthenticateOptions {
  /** Looks a key up by its SHA-256. */
  find: (keyHash: Buffer) => Promise<Principal | undefined>;
  /** Called with each request that has a valid key, and now and then while one is open. Must cost nothing. */
  noteUse: (keyId: string) => void;
  /** Monotonic milliseconds. */
  now: () => number;
}

/** A caller that was let in, and may be looked at again: a request may be open for long, and its key be revoked meanwhile. */
export interface Standing {
  principal: Principal;
  /**
   * Looks again whether the key is valid and has the scope. Most of the time that is one look into a map, and there is nothing to wait for.
   *
   * @returns to be waited for when the database is asked; rejects with a {@link Problem} 401 or 403, or as `find` does
   * @throws {Problem} 401 or 403, when that is known already
   */
  confirm: (scope: string) => Promise<void> | undefined;
}

/**
 * Tells who calls.
 *
 * @param authorization `Bearer` and an API key
 * @param limitAddress counts a request without a valid key against its address; throws when that is over quota
 * @throws {Problem} 401 for no key or one that is not valid, without telling the two apart any further
 */
export type Authenticate = (
  authorization: string | undefined,
  limitAddress: () => Promise<void>,
) => Promise<Standing>;

/** What is known of a key. */
interface Known {
  /** `undefined` when the key is not valid. */
  standing: Standing | undefined;
  /** Monotonic milliseconds. */
  until: number;
}

export function createAuthenticator({ find, noteUse, now }: AuthenticateOptions): Authenticate {
  const known = new Map<string, Known>();
  /** A thousand streams of one key ask once. */
  const asking = new Map<string, Promise<Standing | undefined>>();

  const remembered = (name: string): Known | undefined => {
    const cached = known.get(name);
    return cached && cached.until > now() ? cached : undefined;
  };

  async function ask(name: string, keyHash: Buffer): Promise<Standing | undefined> {
    const asked = now();
    const principal = await find(keyHash);
    const standing = principal && { principal, confirm: (scope: string) => confirm(name, keyHash, scope) };
    known.delete(name);
    if (known.size >= CAPACITY) known.delete(known.keys().next().value ?? '');
    // Not from when the answer came: what it says may be as old as the question, and a slow database must not add to that.
    known.set(name, { standing, until: asked + TTL_MS });
    return standing;
  }

  function lookUp(name: string, keyHash: Buffer): Promise<Standing | undefined> {
    let answer = asking.get(name);
    if (answer === undefined) {
      answer = ask(name, keyHash).finally(() => asking.delete(name));
      asking.set(name, answer);
    }
    return answer;
  }

  function confirm(name: string, keyHash: Buffer, scope: string): Promise<void> | undefined {
    const again = remembered(name);
    if (again === undefined) return confirmLater(name, keyHash, scope);
    requireScope(again.standing?.principal, scope);
    return undefined;
  }

  async function confirmLater(name: string, keyHash: Buffer, scope: string): Promise<void> {
    const standing = await lookUp(name, keyHash);
    if (standing) noteUse(standing.principal.keyId);
    requireScope(standing?.principal, scope);
  }

  return async (authorization = '', limitAddress) => {
    const key = BEARER.exec(authorization)?.[1];
    if (key !== undefined) {
      const keyHash = hashApiKey(key);
      const name = keyHash.toString('latin1');
      const found = remembered(name);
      const standing = found ? found.standing : await lookUp(name, keyHash);
      if (standing) {
        noteUse(standing.principal.keyId);
        return standing;
      }
    }
    await limitAddress();
    throw unauthenticated(
      key === undefined ? 'Send an API key as Authorization: Bearer hf_live_….' : INVALID,
    );
  };
}

const INVALID = 'This API key is not valid.';

const unauthenticated = (detail: string) =>
  new Problem('unauthenticated', detail, { headers: { 'WWW-Authenticate': 'Bearer' } });

/** @throws {Problem} 401 or 403 */
export function requireScope(principal: Principal | undefined, scope: string): void {
  if (principal === undefined) throw unauthenticated(INVALID);
  if (!principal.scopes.has(scope)) throw new Problem('scope_missing', `This call needs the scope ${scope}.`);
}
