/**
 * The limiter at the Koa layer: which quota a request counts against, and the fields that tell the client.
 *
 * Fields: draft-ietf-httpapi-ratelimit-headers-10 (`RateLimit`, `RateLimit-Policy`) and `Retry-After` of RFC 9110, section 10.2.3.
 */
import ipaddr from 'ipaddr.js';
import type { Context } from 'koa';
import type { Config } from '../../platform/config.ts';
import { isRead } from '../http/reads.ts';
import type { Policy } from './decision.ts';
import type { Limiter } from './limiter.ts';
import { RateLimited } from './rate-limited.ts';

export interface RateLimits {
  /** Counts a request of an API key. Throws {@link RateLimited}. */
  limitKey: (ctx: Context, keyId: string) => Promise<void>;
  /** Counts a request without a valid key against its address. Throws {@link RateLimited}. */
  limitAddress: (ctx: Context) => Promise<void>;
  /** Counts a read or a write that is not a request of its own, or comes by another way than HTTP. Throws {@link RateLimited}. */
  count: (kind: 'read' | 'write', keyId: string) => Promise<void>;
  /** The same for one without a valid key. Throws {@link RateLimited}. */
  countAddress: (address: string) => Promise<void>;
  /** The `RateLimit-Policy` field of writes. */
  writePolicy: string;
}

export function createRateLimits(limiter: Limiter, rates: Config['rateLimits']): RateLimits {
  const policyOf = (name: Policy['name']) => {
    const rate = rates[name];
    return { policy: { name, rate }, field: `"${name}";q=${rate.count};w=${rate.seconds}` };
  };
  const policies = {
    read: policyOf('read'),
    write: policyOf('write'),
    unauthenticated: policyOf('unauthenticated'),
  };

  async function take(ctx: Context, subject: string, name: Policy['name']): Promise<void> {
    const { policy, field } = policies[name];
    const decision = await limiter.take(subject, policy);
    ctx.set('RateLimit-Policy', field);
    ctx.set('RateLimit', `"${policy.name}";r=${decision.remaining};t=${decision.resetSeconds}`);
    if (!decision.allowed) throw new RateLimited(decision);
  }

  async function count(name: Policy['name'], subject: string): Promise<void> {
    const decision = await limiter.take(subject, policies[name].policy);
    if (!decision.allowed) throw new RateLimited(decision);
  }

  return {
    limitKey: (ctx, keyId) => take(ctx, keyId, isRead(ctx.method) ? 'read' : 'write'),
    limitAddress: (ctx) => take(ctx, subjectOfCaller(ctx), 'unauthenticated'),
    count,
    writePolicy: policies.write.field,
    countAddress: (address) => count('unauthenticated', subjectOfAddress(address) ?? NOBODY),
  };
}

/**
 * Whose quota an address counts against: one subscriber has one IPv4 address, but a whole /64 of IPv6.
 *
 * @param address an IP address, with a port or without, or whatever stands in its place in `X-Forwarded-For`
 * @returns `undefined` when it is no address
 */
export function subjectOfAddress(address: string): string | undefined {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ?? address.replace(/^([\d.]+):\d+$/, '$1');
  if (!ipaddr.IPv4.isValidFourPartDecimal(bare) && !ipaddr.IPv6.isValid(bare)) return undefined;
  const parsed = ipaddr.process(bare);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const groups = (parsed as ipaddr.IPv6).parts.slice(0, 4).map((group) => group.toString(16));
  return `${groups.join(':')}::/64`;
}

/** A proxy that is trusted may have been told anything; what is no address leaves the proxy's own. */
const subjectOfCaller = ({ ip, req }: Context): string =>
  subjectOfAddress(ip) ?? subjectOfAddress(req.socket.remoteAddress ?? '') ?? NOBODY;

/** A connection that is gone has no address any more. */
const NOBODY = 'unknown';
