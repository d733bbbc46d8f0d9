/** One suite for both windows: Redis and memory must give the same decisions. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import type { Policy, Quota } from '../../api/limiter/decision.ts';
import { type Limiter, createLimiter, createLocalLimiter } from '../../api/limiter/limiter.ts';
import { createLocalWindow } from '../../api/limiter/local-window.ts';
import { subjectOfAddress } from '../../api/limiter/rate-limit.ts';
import { TEST_REDIS } from '../setup/database.ts';

let redis: Redis;
beforeAll(() => {
  redis = new Redis(TEST_REDIS);
});
afterAll(() => redis.quit());

const policy = (count: number, seconds: number): Policy => ({ name: 'write', rate: { count, seconds } });
const log = pino({ level: 'silent' });

const tenantOf = (subject: string, count: number): Quota => ({
  subject,
  policy: { name: 'tenant-write', rate: { count, seconds: 60 } },
});

describe.each<[string, () => Limiter]>([
  ['the window in Redis', () => createLimiter({ redis, log, now: () => performance.now() })],
  ['the limiter without Redis', () => createLocalLimiter(() => performance.now())],
])('%s', (_name, open) => {
  test('allows exactly the quota, and counts down', async () => {
    const { take } = open();
    const subject = randomUUID();
    const decisions = await Promise.all(Array.from({ length: 50 }, () => take(subject, policy(20, 60))));
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(20);
    expect(decisions.filter(({ allowed }) => allowed).map(({ remaining }) => remaining)).toEqual(
      Array.from({ length: 20 }, (_, n) => 19 - n),
    );
    expect(
      decisions
        .filter(({ allowed }) => !allowed)
        .every(({ remaining, resetSeconds }) => remaining === 0 && resetSeconds >= 59 && resetSeconds <= 60),
    ).toBe(true);
  });

  test('slides: early requests expire early, and a client passes after its Retry-After', async () => {
    const { take } = open();
    const subject = randomUUID();
    const limit = policy(2, 2);
    expect((await take(subject, limit)).allowed).toBe(true);
    await delay(1_050); // timers may fire a little early
    expect((await take(subject, limit)).allowed).toBe(true);
    const refused = await take(subject, limit);
    expect(refused).toMatchObject({ allowed: false, resetSeconds: 1 });
    await delay(refused.resetSeconds * 1_000);
    expect((await take(subject, limit)).allowed).toBe(true);
    expect((await take(subject, limit)).allowed).toBe(false); // the second of the two is still in the window
  });

  test('separates subjects and policies', async () => {
    const { take } = open();
    const [a, b] = [randomUUID(), randomUUID()];
    const one = policy(1, 60);
    const read: Policy = { name: 'read', rate: one.rate };
    const decisions = [await take(a, one), await take(a, one), await take(b, one), await take(a, read)];
    expect(decisions.map(({ allowed }) => allowed)).toEqual([true, false, true, true]);
  });

  test('counts a request of a key against its tenant too, and the stricter quota decides', async () => {
    const { take } = open();
    const [a, b, tenant] = [randomUUID(), randomUUID(), tenantOf(randomUUID(), 5)];
    const ofA = await Promise.all(Array.from({ length: 4 }, () => take(a, policy(3, 60), tenant)));
    expect(ofA.map(({ allowed }) => allowed)).toEqual([true, true, true, false]);
    // Left in the window of the key: 2, 1, 0; in that of the tenant: 4, 3, 2.
    expect(ofA.map((each) => [each.policy.name, each.remaining])).toEqual([
      ['write', 2],
      ['write', 1],
      ['write', 0],
      ['write', 0],
    ]);
    const ofB = [];
    for (let n = 0; n < 3; n += 1) ofB.push(await take(b, policy(10, 30), tenant));
    expect(ofB.map((each) => [each.allowed, each.policy.name, each.remaining])).toEqual([
      [true, 'tenant-write', 1],
      [true, 'tenant-write', 0],
      [false, 'tenant-write', 0],
    ]);
    expect(ofB[2]?.resetSeconds).toBeGreaterThan(30);
    // The refused request of B counts in neither window.
    expect(await take(b, policy(3, 30), tenantOf(tenant.subject, 100))).toMatchObject({ allowed: true });
    expect(await take(b, policy(3, 30), tenantOf(tenant.subject, 100))).toMatchObject({ allowed: false });
  });

  test('gives a place back, to the key and to its tenant', async () => {
    const { take, giveBack } = open();
    const [key, tenant] = [randomUUID(), tenantOf(randomUUID(), 2)];
    const limit = policy(2, 60);
    const statuses = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await take(key, limit, tenant)).allowed);
    giveBack(key, limit, tenant);
    for (let n = 0; n < 2; n += 1) statuses.push((await take(key, limit, tenant)).allowed);
    expect(statuses).toEqual([true, true, false, true, false]);
    giveBack(randomUUID(), limit); // no window: no effect
  });

  test('applies a changed quota at once, down and up', async () => {
    const { take } = open();
    const subject = randomUUID();
    for (let n = 0; n < 10; n += 1) await take(subject, policy(10, 60));
    expect((await take(subject, policy(5, 60))).allowed).toBe(false);
    expect((await take(subject, policy(11, 60))).allowed).toBe(true);
  });
});

test('no interval of the window length contains more than the quota, for any request times', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 60 }),
      (count, gaps) => {
        let now = 0;
        const { take } = createLocalWindow(() => now);
        const passed: number[] = [];
        for (const gap of gaps) {
          now += gap;
          const inWindow = passed.filter((time) => time > now - 1_000).length;
          const decision = take('s', policy(count, 1));
          expect(decision.allowed).toBe(inWindow < count);
          if (decision.allowed) passed.push(now);
        }
      },
    ),
  );
});

test('the window in memory allows exactly a large quota, over many window lengths', () => {
  let now = 0;
  const { take } = createLocalWindow(() => now);
  const limit = policy(3_000, 4);
  const passed: boolean[] = [];
  for (; now < 40_000; now += 1) passed.push(take('s', limit).allowed);
  // One a millisecond: 3,000 pass, 1,000 wait, and so on.
  expect(passed).toEqual(passed.map((_, ms) => ms % 4_000 < 3_000));
});

test('the window in Redis pauses while its clock goes back, and expires', async () => {
  const limiter = createLimiter({ redis, log, now: () => performance.now() });
  const subject = randomUUID();
  const key = `hf:limit:{${subject}}:write`;
  await limiter.take(subject, policy(3, 2));
  expect(await redis.pttl(key)).toBeGreaterThan(0);
  await redis.rpush(key, String((Date.now() + 5_000) * 1_000)); // as if the clock had been 5 seconds ahead
  expect(await limiter.take(subject, policy(3, 2))).toMatchObject({ allowed: true, resetSeconds: 2 });
  expect(await limiter.take(subject, policy(3, 2))).toMatchObject({ allowed: true });
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::6', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  // The formats of proxies.
  ['203.0.113.7:41234', '203.0.113.7'],
  ['[2001:db8:1:2::6]', '2001:db8:1:2::/64'],
  ['[2001:db8:1:2::6]:41234', '2001:db8:1:2::/64'],
  ['1:2:3:4:5:6:7:8::1', undefined],
  ['1:2:3:4:5:6:7:8:9', undefined],
  ['256.1.1.1', undefined],
  ['0x7f.1', undefined],
  ['unknown', undefined],
  ['_hidden', undefined],
  ['', undefined],
  ['1:'.repeat(4_000), undefined],
])('the address %s counts as %s', (address, subject) => {
  expect(subjectOfAddress(address)).toBe(subject);
});

test('the local window never returns a wait above its length, for any clock', () => {
  const rate = { count: 1, seconds: 60 };
  for (let n = 1; n <= 10_000; n += 1) {
    const at = n * 1_234.567_890_123;
    const { take } = createLocalWindow(() => at);
    expect(take('somebody', { name: 'write', rate }).resetSeconds).toBe(60);
  }
});

test('a place that another node gave back is found within a second', async () => {
  let now = 0;
  const [one, other] = [1, 2].map(() => createLimiter({ redis, log, now: () => now }));
  const subject = randomUUID();
  const limit = policy(1, 60);
  expect((await one!.take(subject, limit)).allowed).toBe(true);
  expect(await one!.take(subject, limit)).toMatchObject({ allowed: false, resetSeconds: 60 });
  other!.giveBack(subject, limit);
  now = 999;
  expect((await one!.take(subject, limit)).allowed).toBe(false);
  now = 1_000;
  expect((await one!.take(subject, limit)).allowed).toBe(true);
});
