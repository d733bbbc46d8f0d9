import { beforeEach, expect, test } from '@jest/globals';
import { type Authenticate, createAuthenticator } from '../../api/authenticate.ts';
import type { Principal } from '../../store/api-keys.ts';

/** What is promised: docs/keys.md. */
const PROMISE = 5_000;
const principal: Principal = { keyId: 'k', tenantId: 't', partition: 0, scopes: new Set(['orders:read']) };
const bearer = 'Bearer hf_test_0000000000000000000000000000';
const unlimited = async () => {};

let clock: number;
let live: boolean;
/** How long the database takes to answer with what it saw at once. */
let slowness: number;
let used: string[];
let authenticate: Authenticate;
beforeEach(() => {
  clock = 0;
  live = true;
  slowness = 0;
  used = [];
  authenticate = createAuthenticator({
    find: async () => {
      const seen = live ? principal : undefined;
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
