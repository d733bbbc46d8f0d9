/** Whose request it is: an API key, sent as a bearer token (RFC 6750). */
import { type Principal, hashApiKey } from '../store/api-keys.ts';
import { Problem } from './problem.ts';

/**
 * Milliseconds that an answer about a key is good for, valid or not, from the moment of asking: the longest that a request may
 * come after a key was revoked and be let in, or after a key was made and be refused.
 */
const TTL = 3_000;
/** Keys remembered at most, valid or not; the oldest go. */
const CAPACITY = 10_000;

const BEARER = /^Bearer +([\x21-\x7e]{1,200}) *$/i;

export interface AuthenticateOptions {
  /** Looks a key up by its SHA-256. */
  find: (keyHash: Buffer) => Promise<Principal | undefined>;
  /** Told of each request with a valid key; must cost nothing. */
  noteUse: (keyId: string) => void;
  /** Monotonic milliseconds. */
  now: () => number;
}

/**
 * Tells who calls.
 *
 * @param authorization `Bearer` and an API key
 * @param limitAddress counts a request without a valid key against its address; throws when that is over quota
 * @throws {Problem} 401 for no key or one that is not valid, without telling the two apart any further
 */
export type Authenticate = (authorization: string, limitAddress: () => Promise<void>) => Promise<Principal>;

export function createAuthenticator({ find, noteUse, now }: AuthenticateOptions): Authenticate {
  const known = new Map<string, { principal: Principal | undefined; until: number }>();

  async function lookUp(keyHash: Buffer): Promise<Principal | undefined> {
    const name = keyHash.toString('latin1');
    const cached = known.get(name);
    const asked = now();
    if (cached && cached.until > asked) return cached.principal;
    const principal = await find(keyHash);
    known.delete(name);
    if (known.size >= CAPACITY) known.delete(known.keys().next().value ?? '');
    // Not from when the answer came: what it says may be as old as the question, and a slow database must not add to that.
    known.set(name, { principal, until: asked + TTL });
    return principal;
  }

  return async (authorization, limitAddress) => {
    const key = BEARER.exec(authorization)?.[1];
    const principal = key === undefined ? undefined : await lookUp(hashApiKey(key));
    if (principal) {
      noteUse(principal.keyId);
      return principal;
    }
    await limitAddress();
    const detail =
      key === undefined
        ? 'Send an API key as Authorization: Bearer hf_live_….'
        : 'This API key is not valid.';
    throw new Problem('unauthenticated', detail, { headers: { 'WWW-Authenticate': 'Bearer' } });
  };
}
