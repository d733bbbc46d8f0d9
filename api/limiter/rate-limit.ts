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
  /** Counts one more write of an API key within a request that holds several. Throws {@link RateLimited}. */
  limitWrite: (keyId: string) => Promise<void>;
  /** Counts a request without a valid key against its address. Throws {@link RateLimited}. */
  limitAddress: (ctx: Context) => Promise<void>;
}

export function createRateLimits(limiter: Limiter, rates: Config['rateLimits']): RateLimits {
  const policyOf = (name: Policy['name']) => {
    const rate = rates[name];
    return { policy: { name, rate }, field: `"${name}";q=${rate.count};w=${rate.seconds}` };
  };
  const read = policyOf('read');
  const write = policyOf('write');
  const unauthenticated = policyOf('unauthenticated');

  async function take(ctx: Context, subject: string, { policy, field }: typeof read): Promise<void> {
    const decision = await limiter.take(subject, policy);
    ctx.set('RateLimit-Policy', field);
    ctx.set('RateLimit', `"${policy.name}";r=${decision.remaining};t=${decision.resetSeconds}`);
    if (!decision.allowed) throw new RateLimited(decision);
  }

  return {
    limitKey: (ctx, keyId) => take(ctx, keyId, isRead(ctx.method) ? read : write),
    async limitWrite(keyId) {
      const decision = await limiter.take(keyId, write.policy);
      if (!decision.allowed) throw new RateLimited(decision);
    },
    limitAddress: (ctx) => take(ctx, subjectOfAddress(ctx.ip), unauthenticated),
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
