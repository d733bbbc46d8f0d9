/** Identifies the caller of a gRPC call: service token, API key, quota, scope. */
import { timingSafeEqual, hash } from 'node:crypto';
import { type Authenticate, type Standing, requireScope } from '../authenticate.ts';
import type { RateLimits } from '../limiter/rate-limit.ts';
import { Problem } from '../problem/problem.ts';
import { type RawCall, addressOf, textOf } from './raw-call.ts';

export interface Access {
  scope: string;
  /** The quota of the call; `undefined` if each message counts instead. */
  counted: 'read' | 'write' | undefined;
}

export interface IdentifyOptions {
  limits: RateLimits;
  authenticate: Authenticate;
  /** Secret that every caller sends; `undefined` if the port needs none. */
  token: string | undefined;
}

/** @throws {Problem} 401, 403 or 429 */
export type Identify = (raw: RawCall, access: Access) => Promise<Standing>;

export function createIdentify({ limits, authenticate, token }: IdentifyOptions): Identify {
  const digest = (text: string) => hash('sha256', text, 'buffer');
  const tokenHash = token === undefined ? undefined : digest(token);

  return async (raw, { scope, counted }) => {
    const limitAddress = () => limits.countAddress(addressOf(raw));
    if (tokenHash && !timingSafeEqual(digest(textOf(raw.metadata, 'holdfast-token')), tokenHash)) {
      await limitAddress();
      throw new Problem('unauthenticated', 'Send the service token as holdfast-token in the metadata.');
    }
    const standing = await authenticate(textOf(raw.metadata, 'authorization'), limitAddress);
    if (counted !== undefined) await limits.count(counted, standing.principal.keyId);
    requireScope(standing.principal, scope);
    return standing;
  };
}
