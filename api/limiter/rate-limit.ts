/**
 * The limiter for requests: chooses the quotas, and sets the header fields `RateLimit` and
 * `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10).
 */
import type ipaddr from 'ipaddr.js';
import type { Context } from 'koa';
import type { Config } from '../../platform/config.ts';
import { addressOf } from '../../platform/trusted-proxies.ts';
import { isRead } from '../http/reads.ts';
import type { Principal } from '../../store/keys/api-keys.ts';
import type { Decision, Policy, Quota } from './decision.ts';
import type { Limiter } from './limiter.ts';
import { RateLimited } from './rate-limited.ts';

/** The kinds of request that a key's quotas count apart. */
export type RateKind = 'read' | 'write';

/** Of this many replays of a key, one counts as a write; the others give their place back. */
const REPLAYS_PER_WRITE = 10;
/** Keys whose replays are counted. Beyond it the oldest is evicted, and counts from 0 again. */
const REPLAYING_KEYS_MAX = 10_000;

export interface RateLimits {
  /** Counts a request of an API key. Throws {@link RateLimited}. */
  limitKey: (ctx: Context, caller: Caller) => Promise<void>;
  /** Counts a request without a valid key against its address. Throws {@link RateLimited}. */
  limitAddress: (ctx: Context) => Promise<void>;
  /** Counts a batch item or a gRPC message of an API key. Throws {@link RateLimited}. */
  count: (kind: RateKind, caller: Caller) => Promise<void>;
  /** Call for each replay that was counted as a write: it costs less than a first run. */
  noteReplay: (caller: Caller) => void;
  /** Counts a gRPC call without a valid key against its address. Throws {@link RateLimited}. */
  countAddress: (address: string) => Promise<void>;
  /** The `RateLimit-Policy` field of writes: of the key or of its tenant, whichever is lower. */
  writePolicyOf: (caller: Caller) => string;
}

/** What the limiter needs to know of a caller. */
export type Caller = Pick<Principal, 'keyId' | 'tenantId' | 'quotas'>;

/** The quotas of a caller for one kind of request. */
interface CallerQuotas {
  own: Policy;
  tenant: Quota | undefined;
}

export function createRateLimits(limiter: Limiter, rates: Config['rateLimits']): RateLimits {
  const unauthenticated: Policy = { name: 'unauthenticated', rate: rates.unauthenticated };
  /** Of callers as the authenticator caches them, so that a request allocates nothing. */
  const known = new WeakMap<Caller['quotas'], Record<RateKind, CallerQuotas>>();
  const replaysOfKeys = new Map<string, number>();

  function quotasOf({ tenantId, quotas: { key, tenant } }: Caller, kind: RateKind): CallerQuotas {
    const rate = tenant[kind];
    return {
      own: { name: kind, rate: key[kind] ?? rates[kind] },
      tenant: rate && { subject: tenantId, policy: { name: `tenant-${kind}`, rate } },
    };
  }

  function quotasFor(caller: Caller, kind: RateKind): CallerQuotas {
    let quotas = known.get(caller.quotas);
    if (quotas === undefined) {
      quotas = { read: quotasOf(caller, 'read'), write: quotasOf(caller, 'write') };
      known.set(caller.quotas, quotas);
    }
    return quotas[kind];
  }

  function take(caller: Caller, kind: RateKind): Promise<Decision> {
    const { own, tenant } = quotasFor(caller, kind);
    return limiter.take(caller.keyId, own, tenant);
  }

  const takeOfAddress = (address: string) => limiter.take(subjectOfCaller(address), unauthenticated);

  return {
    limitKey: async (ctx, caller) => tell(ctx, await take(caller, isRead(ctx.method) ? 'read' : 'write')),
    limitAddress: async (ctx) => tell(ctx, await takeOfAddress(ctx.ip)),
    count: async (kind, caller) => requireAllowed(await take(caller, kind)),
    countAddress: async (address) => requireAllowed(await takeOfAddress(address)),
    noteReplay(caller) {
      const { keyId } = caller;
      const replays = (replaysOfKeys.get(keyId) ?? 0) + 1;
      replaysOfKeys.delete(keyId);
      if (replaysOfKeys.size >= REPLAYING_KEYS_MAX)
        replaysOfKeys.delete(replaysOfKeys.keys().next().value ?? '');
      replaysOfKeys.set(keyId, replays % REPLAYS_PER_WRITE);
      if (replays === REPLAYS_PER_WRITE) return;
      const { own, tenant } = quotasFor(caller, 'write');
      limiter.giveBack(keyId, own, tenant);
    },
    writePolicyOf(caller) {
      const { own, tenant } = quotasFor(caller, 'write');
      const isTenantLower = tenant !== undefined && perSecond(tenant.policy) < perSecond(own);
      return fieldOf(isTenantLower ? tenant.policy : own);
    },
  };
}

const perSecond = ({ rate }: Policy): number => rate.count / rate.seconds;

const fields = new WeakMap<Policy, string>();

/** The `RateLimit-Policy` field. */
function fieldOf(policy: Policy): string {
  let field = fields.get(policy);
  if (field === undefined) {
    const { name, rate } = policy;
    field = `"${name}";q=${rate.count};w=${rate.seconds}`;
    fields.set(policy, field);
  }
  return field;
}

/** Sets the fields of the tighter window. @throws {RateLimited} */
function tell(ctx: Context, decision: Decision): void {
  const { policy, remaining, resetSeconds } = decision;
  ctx.set('RateLimit-Policy', fieldOf(policy));
  ctx.set('RateLimit', `"${policy.name}";r=${remaining};t=${resetSeconds}`);
  requireAllowed(decision);
}

/** @throws {RateLimited} */
function requireAllowed(decision: Decision): void {
  if (!decision.allowed) throw new RateLimited(decision);
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

/** The subject of a caller without a key; a closed connection has no address. */
export const subjectOfCaller = (address: string | undefined): string =>
  subjectOfAddress(address ?? '') ?? 'unknown';
