/** Identifies the caller of a gRPC call: service token, API key, quota, scope. */
import { timingSafeEqual, hash } from 'node:crypto';
import { type Authenticate, type Standing, requireScope } from '../authenticate.ts';
import { type RateLimits, subjectOfCaller } from '../limiter/rate-limit.ts';
import { Problem } from '../problem/problem.ts';
import { admitAddress } from '../caller-address.ts';
import type { TrustedProxies } from '../../platform/trusted-proxies.ts';
import { type RawCall, clientOf, textOf } from './raw-call.ts';

export interface Access {
  scope: string;
  /** The quota of the call; `undefined` if each message counts instead. */
  counted: 'read' | 'write' | undefined;
}

export interface IdentifyOptions {
  trustedProxies: TrustedProxies;
  limits: RateLimits;
  authenticate: Authenticate;
  /** Secret that every caller sends; `undefined` if the port needs none. */
  token: string | undefined;
}

export interface Identified {
  standing: Standing;
  /** Of the client. */
  address: string;
}

/** @throws {Problem} 401, 403 or 429 */
export type Identify = (raw: RawCall, access: Access) => Promise<Identified>;

export function createIdentify({ limits, authenticate, token, trustedProxies }: IdentifyOptions): Identify {
  const digest = (text: string) => hash('sha256', text, 'buffer');
  const tokenHash = token === undefined ? undefined : digest(token);

  return async (raw, { scope, counted }) => {
    const address = clientOf(raw, trustedProxies);
    const count = () => limits.countAddress(address);
    if (tokenHash && !timingSafeEqual(digest(textOf(raw.metadata, 'holdfast-token')), tokenHash)) {
      await count();
      throw new Problem('unauthenticated', 'Send the service token as holdfast-token in the metadata.');
    }
    const standing = await authenticate(textOf(raw.metadata, 'authorization'), () => ({
      subject: subjectOfCaller(address),
      count,
    }));
    await admitAddress(standing.principal, address, count);
    if (counted !== undefined) await limits.count(counted, standing.principal);
    requireScope(standing.principal, scope);
    return { standing, address };
  };
}
