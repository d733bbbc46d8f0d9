/**
 * The limiter for requests: chooses the quota, and sets the header fields `RateLimit` and
 * `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10).
 */
import type ipaddr from 'ipaddr.js';
import type { Context } from 'koa';
import type { Config } from '../../platform/config.ts';
import { addressOf } from '../../platform/trusted-proxies.ts';
import { isRead } from '../http/reads.ts';
import type { Policy } from './decision.ts';
import type { Limiter } from './limiter.ts';
import { RateLimited } from './rate-limited.ts';

export interface RateLimits {
  /** Counts a request of an API key. Throws {@link RateLimited}. */
  limitKey: (ctx: Context, keyId: string) => Promise<void>;
  /** Counts a request without a valid key against its address. Throws {@link RateLimited}. */
  limitAddress: (ctx: Context) => Promise<void>;
  /** Counts a batch item or a gRPC message of an API key. Throws {@link RateLimited}. */
  count: (kind: 'read' | 'write', keyId: string) => Promise<void>;
  /** Counts a gRPC call without a valid key against its address. Throws {@link RateLimited}. */
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
    limitAddress: (ctx) => take(ctx, subjectOfAddress(ctx.ip) ?? UNKNOWN_SUBJECT, 'unauthenticated'),
    count,
    writePolicy: policies.write.field,
    countAddress: (address) => count('unauthenticated', subjectOfAddress(address) ?? UNKNOWN_SUBJECT),
  };
}

/**
 * The subject of an address: an IPv4 address, or the /64 of an IPv6 address, since a subscriber has
 * a whole /64.
 *
 * @param address with or without a port
 * @returns `undefined` for any other text
 */
export function subjectOfAddress(address: string): string | undefined {
  const parsed = addressOf(address);
  if (parsed === undefined) return undefined;
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const groups = (parsed as ipaddr.IPv6).parts.slice(0, 4).map((group) => group.toString(16));
  return `${groups.join(':')}::/64`;
}

/** The subject of a closed connection, which has no address. */
const UNKNOWN_SUBJECT = 'unknown';
