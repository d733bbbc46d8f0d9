import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Authenticate, createAuthenticator } from '../../api/authenticate.ts';
import type { CallerAddress } from '../../api/limiter/address-quotas.ts';
import { RateLimited } from '../../api/limiter/rate-limited.ts';
import { Problem } from '../../api/problem/problem.ts';
import { hashApiKey } from '../../store/keys/api-keys.ts';
import { newKey } from '../../store/keys/new-key.ts';
import type { Principal } from '../../store/keys/api-keys.ts';

/** The promise of docs/keys.md, in milliseconds. */
const PROMISE = 5_000;
const none = { read: undefined, write: undefined };
const principal: Principal = {
  keyId: 'k',
  tenantId: 't',
  partition: 0,
  mode: 'live',
  scopes: new Set(['orders:read']),
  quotas: { key: none, tenant: none },
  networks: [],
  expiresAt: undefined,
};
const bearer = 'Bearer hf_test_0000000000000000000000000000';
const unlimited = () => ({ subject: 'a', count: async () => {} });

let clock: number;
let live: boolean;
let away: boolean;
let scopes: string[];
/** The latency of the database, whose answer shows its state at the time of the query. */
let slowness: number;
let used: string[];
let authenticate: Authenticate;
beforeEach(() => {
  clock = 0;
  live = true;
  away = false;
  scopes = ['orders:read'];
  slowness = 0;
  used = [];
  ({ authenticate } = createAuthenticator({
    find: async () => {
      if (away) throw new Error('away');
      const seen = live ? { ...principal, scopes: new Set(scopes) } : undefined;
      clock += slowness;
      return seen;
    },
    noteUse: (keyId) => used.push(keyId),
    now: () => clock,
  }));
});

const letIn = () =>
  authenticate(bearer, unlimited).then(
    () => true,
    () => false,
  );

test.each([0, 100, 2_900, 9_000])(
  'a revoked key is refused in time, although the look-up before it took %d ms',
  async (ms) => {
    slowness = ms;
    expect(await letIn()).toBe(true);
    live = false; // revoked before that answer arrived
    slowness = 0;
    clock = Math.max(clock, PROMISE);
    expect(await letIn()).toBe(false);
  },
);

test.each([0, 100, 2_900, 9_000])(
  'a key that was used before it existed works in time, although that look-up took %d ms',
  async (ms) => {
    live = false;
    slowness = ms;
    expect(await letIn()).toBe(false);
    live = true;
    slowness = 0;
    clock = Math.max(clock, PROMISE);
    expect(await letIn()).toBe(true);
  },
);

test('one look-up serves many requests, and each request counts as a use', async () => {
  let lookUps = 0;
  const { authenticate: counted } = createAuthenticator({
    find: async () => {
      lookUps += 1;
      return principal;
    },
    noteUse: (keyId) => used.push(keyId),
    now: () => clock,
  });
  for (let n = 0; n < 10; n += 1) await counted(bearer, unlimited);
  expect([lookUps, used.length]).toEqual([1, 10]);
});

describe('confirming the key of an admitted caller', () => {
  const outcome = async (scope = 'orders:read') => {
    const { confirm } = await authenticate(bearer, unlimited);
    return async () => {
      try {
        await confirm(scope);
        return 'yes';
      } catch (error) {
        return error instanceof Problem ? error.code : String(error);
      }
    };
  };

  test('needs no look-up while the last answer is fresh, and counts as a use of the key', async () => {
    const { confirm } = await authenticate(bearer, unlimited);
    clock = 2_999;
    expect([confirm('orders:read'), used.length]).toEqual([undefined, 1]);
    clock = 3_001;
    await confirm('orders:read');
    expect(used).toHaveLength(2);
    expect(confirm('orders:read')).toBeUndefined();
  });

  test.each([
    ['nothing changed', () => {}, 'yes'],
    ['the key was revoked', () => (live = false), 'unauthenticated'],
    ['the key has lost the scope', () => (scopes = ['orders:write']), 'scope_missing'],
    ['the database does not answer', () => (away = true), 'Error: away'],
  ])('%s', async (_what, change, expected) => {
    const confirm = await outcome();
    change();
    expect(await confirm()).toBe('yes'); // the last look-up is fresh
    clock = 3_001;
    expect(await confirm()).toBe(expected);
  });

  test('does not refuse the key during an outage', async () => {
    const confirm = await outcome();
    clock = 3_001;
    away = true;
    expect(await confirm()).toBe('Error: away');
    away = false;
    expect(await confirm()).toBe('yes');
  });

  test('needs one look-up for a thousand concurrent calls', async () => {
    let lookUps = 0;
    const { authenticate: counted } = createAuthenticator({
      find: async () => {
        lookUps += 1;
        return principal;
      },
      noteUse: () => {},
      now: () => clock,
    });
    const { confirm } = await counted(bearer, unlimited);
    clock = 3_001;
    await Promise.all(Array.from({ length: 1_000 }, () => confirm('orders:read')));
    expect(lookUps).toBe(2);
  });
});

describe('look-ups of keys that nobody knows', () => {
  /** An address with a quota of 60, and an authenticator that counts its look-ups. */
  function counted(valid: readonly string[] = [], known: readonly string[] = []) {
    let lookUps = 0;
    let atOnce = 0;
    let atOnceMost = 0;
    const hashes = new Set([...valid, ...known].map((key) => hashApiKey(key).toString('hex')));
    const authenticator = createAuthenticator({
      known: known.map((key) => ({ keyHash: hashApiKey(key), tenantId: 't' })),
      find: async (keyHash) => {
        lookUps += 1;
        atOnceMost = Math.max(atOnceMost, (atOnce += 1));
        await new Promise((resolve) => setImmediate(resolve));
        atOnce -= 1;
        return hashes.has(keyHash.toString('hex')) ? principal : undefined;
      },
      noteUse: () => {},
      now: () => clock,
    });
    const used = new Map<string, number>();
    const addressOf = (subject: string) => (): CallerAddress => ({
      subject,
      async count() {
        await new Promise((resolve) => setImmediate(resolve));
        used.set(subject, (used.get(subject) ?? 0) + 1);
        if (used.get(subject)! <= 60) return;
        const rate = { count: 60, seconds: 60 };
        // oxlint-disable-next-line typescript/no-explicit-any -- only its time counts here
        const decision: any = { allowed: false, rate, remaining: 0, resetSeconds: 60, source: 'local' };
        throw new RateLimited(decision);
      },
    });
    const send = (key: string, subject = 'a') =>
      authenticator.authenticate(`Bearer ${key}`, addressOf(subject)).then(
        () => 200,
        (error: unknown) => (error instanceof RateLimited ? 429 : (error as Problem).status),
      );
    return { send, lookUps: () => lookUps, atOnceMost: () => atOnceMost, ...authenticator };
  }
  const times = <T>(count: number, make: (n: number) => T): T[] =>
    Array.from({ length: count }, (_, n) => make(n));
  const withoutChecksum = () => `hf_test_${randomBytes(24).toString('hex')}`;
  const spoiled = () => {
    const { key } = newKey('live');
    return key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');
  };

  test.each([
    ['without a checksum', withoutChecksum],
    ['with a checksum that somebody computed', () => newKey('live').key],
    ['of the form of the releases before', () => newKey('test').key.slice(0, 40)],
  ])('end with the quota of the address, for keys %s', async (_what, make) => {
    const { send, lookUps, atOnceMost } = counted();
    const statuses = await Promise.all(times(400, () => send(make())));
    expect(statuses.filter((status) => status === 401)).toHaveLength(60);
    expect(statuses.filter((status) => status === 429)).toHaveLength(340);
    expect(lookUps()).toBeLessThanOrEqual(64);
    expect(atOnceMost()).toBeLessThanOrEqual(4);
  });

  test.each([
    ['a wrong checksum', spoiled],
    ['another length', () => `hf_live_${'x'.repeat(129)}`],
    ['another prefix', () => newKey('live').key.replace('hf_', 'xx_')],
  ])('do not happen for a key with %s', async (_what, make) => {
    const { send, lookUps } = counted();
    expect(new Set(await Promise.all(times(50, () => send(make()))))).toEqual(new Set([401]));
    expect(lookUps()).toBe(0);
  });

  test('of one key at a time are one', async () => {
    const { send, lookUps } = counted();
    const key = withoutChecksum();
    await Promise.all(times(50, () => send(key)));
    expect(lookUps()).toBe(1);
  });

  test('evict no known key', async () => {
    const key = withoutChecksum();
    const { send, lookUps } = counted([key]);
    expect(await send(key)).toBe(200);
    for (let n = 0; n < 11_000; n += 50)
      await Promise.all(times(50, () => send(withoutChecksum(), `address ${n}`)));
    expect(lookUps()).toBe(11_001);
    expect(await send(key)).toBe(200);
    expect(lookUps()).toBe(11_001);
  });

  test('do not concern a key that was valid before, nor one that is known from the start', async () => {
    const [used, known, other] = [withoutChecksum(), newKey('live').key.slice(0, 40), withoutChecksum()];
    const { send, tenantOf } = counted([used, other], [known]);
    expect(await send(used)).toBe(200);
    await Promise.all(times(100, () => send(withoutChecksum())));
    clock += 10_000; // the cached answer is old
    expect([await send(used), await send(known), await send(other)]).toEqual([200, 200, 429]);
    expect(await send(other, 'another address')).toBe(200);
    expect([tenantOf(`Bearer ${known}`), tenantOf(`Bearer ${spoiled()}`)]).toEqual(['t', undefined]);
    clock += 60_000;
    expect(await send(withoutChecksum())).toBe(429);
  });

  test('go on for new keys with a checksum, one a second beyond the quota', async () => {
    const issued = newKey('live').key;
    const { send, lookUps } = counted([issued]);
    await Promise.all(times(100, () => send(withoutChecksum())));
    const before = lookUps();
    expect(await send(issued)).toBe(429);
    clock += 1_000;
    expect(await send(withoutChecksum())).toBe(429);
    expect(await send(issued)).toBe(200);
    expect(lookUps()).toBe(before + 1);
    clock += 1_000;
    await Promise.all(times(20, () => send(newKey('live').key)));
    expect(lookUps()).toBe(before + 2);
  });
});
