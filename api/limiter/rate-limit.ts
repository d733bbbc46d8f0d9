/**
 * The limiter at the Koa layer: which quota a request counts against, and the fields that tell the client.
 *
 * Fields: draft-ietf-httpapi-ratelimit-headers-10 (`RateLimit`, `RateLimit-Policy`) and `Retry-After` of RFC 9110, section 10.2.3.
 */
import { isIPv4 } from 'node:net';
import type { Context } from 'koa';
import type { Config } from '../../config.ts';
import { isRead } from '../reads.ts';
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
    limitAddress: (ctx) => take(ctx, subjectOfAddress(ctx.ip), 'unauthenticated'),
    count,
    countAddress: (address) => count('unauthenticated', subjectOfAddress(address)),
  };
}

/** One subscriber has one IPv4 address, but a whole /64 of IPv6. */
export function subjectOfAddress(address: string): string {
  const v4 = address.startsWith('::ffff:') ? address.slice(7) : address;
  if (isIPv4(v4)) return v4;
  const [head = '', tail = ''] = (address.split('%', 1)[0] ?? '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const groups = address.includes('::')
    ? [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
    : left;
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
