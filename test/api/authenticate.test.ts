import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Authenticate, createAuthenticator } from '../../api/authenticate.ts';
import { Problem } from '../../api/problem/problem.ts';
import type { Principal } from '../../store/keys/api-keys.ts';

/** What is promised: docs/keys.md. */
const PROMISE = 5_000;
const principal: Principal = { keyId: 'k', tenantId: 't', partition: 0, scopes: new Set(['orders:read']) };
const bearer = 'Bearer hf_test_0000000000000000000000000000';
const unlimited = async () => {};

let clock: number;
let live: boolean;
let away: boolean;
let scopes: string[];
/** How long the database takes to answer with what it saw at once. */
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
  authenticate = createAuthenticator({
    find: async () => {
      if (away) throw new Error('away');
      const seen = live ? { ...principal, scopes: new Set(scopes) } : undefined;
      clock += slowness;
      return seen;
    },
    noteUse: (keyId) => used.push(keyId),
    now: () => clock,
  });
});

const letIn = () =>
  authenticate(bearer, unlimited).then(
    () => true,
    () => false,
  );

test.each([0, 100, 2_900, 9_000])(
  'a revoked key is refused in time, though the last look-up before it took %d ms',
  async (ms) => {
    slowness = ms;
    expect(await letIn()).toBe(true);
    live = false; // revoked, at the latest, when that answer was under way
    slowness = 0;
    clock = Math.max(clock, PROMISE);
    expect(await letIn()).toBe(false);
  },
);

test.each([0, 100, 2_900, 9_000])(
  'a key that was tried before it was made works in time, though that look-up took %d ms',
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

test('a look-up is good for many requests, each of which is a use', async () => {
  let lookUps = 0;
  const counted = createAuthenticator({
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

describe('looking again at a caller that was let in', () => {
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

  test('costs no look-up while the last answer is good, and is a use of the key', async () => {
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
    ['the scope is gone', () => (scopes = ['orders:write']), 'scope_missing'],
    ['the database is away', () => (away = true), 'Error: away'],
  ])('%s', async (_what, change, expected) => {
    const confirm = await outcome();
    change();
    expect(await confirm()).toBe('yes'); // it was looked up just now
    clock = 3_001;
    expect(await confirm()).toBe(expected);
  });

  test('an outage says nothing of the key', async () => {
    const confirm = await outcome();
    clock = 3_001;
    away = true;
    expect(await confirm()).toBe('Error: away');
    away = false;
    expect(await confirm()).toBe('yes');
  });

  test('a thousand at once are one look-up', async () => {
    let lookUps = 0;
    const counted = createAuthenticator({
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
