import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Authenticate, createAuthenticator } from '../../api/authenticate.ts';
import { Problem } from '../../api/problem/problem.ts';
import type { Principal } from '../../store/keys/api-keys.ts';

/** The promise of docs/keys.md, in milliseconds. */
const PROMISE = 5_000;
const none = { read: undefined, write: undefined };
const principal: Principal = {
  keyId: 'k',
  tenantId: 't',
  partition: 0,
  scopes: new Set(['orders:read']),
  quotas: { key: none, tenant: none },
  networks: [],
  expiresAt: undefined,
};
const bearer = 'Bearer hf_test_0000000000000000000000000000';
const unlimited = async () => {};

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
