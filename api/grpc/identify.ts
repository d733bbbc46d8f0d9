/** Identifies the caller of a gRPC call: service token, API key, quota, scope. */
import { timingSafeEqual, hash } from 'node:crypto';
import { type Authenticate, type Standing, requireScope } from '../authenticate.ts';
import { type RateLimits, subjectOfAddress } from '../limiter/rate-limit.ts';
import { Problem } from '../problem/problem.ts';
import { type RawCall, textOf } from './raw-call.ts';

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
    const address = () => addressOf(raw.getPeer());
    const count = () => limits.countAddress(address());
    if (tokenHash && !timingSafeEqual(digest(textOf(raw.metadata, 'holdfast-token')), tokenHash)) {
      await count();
      throw new Problem('unauthenticated', 'Send the service token as holdfast-token in the metadata.');
    }
    const standing = await authenticate(textOf(raw.metadata, 'authorization'), () => ({
      subject: subjectOfAddress(address()) ?? 'unknown',
      count,
    }));
    if (counted !== undefined) await limits.count(counted, standing.principal.keyId);
    requireScope(standing.principal, scope);
    return standing;
  };
}

/** The address in a peer such as `127.0.0.1:40312` or `[::1]:40312`. */
const addressOf = (peer: string): string => peer.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
