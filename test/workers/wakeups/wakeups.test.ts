/** One suite for both kinds of wake-ups: through Redis, and within one process. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { openLocalWakeups } from '../../../workers/wakeups/local-wakeups.ts';
import { openWakeupQueue } from '../../../workers/wakeups/wakeup-queue.ts';
import { ENDPOINTS_AT_ONCE_MAX, type Wakeups } from '../../../workers/wakeups/wakeups.ts';
import { TEST_REDIS } from '../../setup/database.ts';
import { until } from '../../setup/shop.ts';

const log = pino({ level: 'silent' });
const nothingDue = async () => [];
/** The endpoints of these tests are named tenant/endpoint. */
const tenantOf = async (endpointId: string) => endpointId.split('/')[0]!;
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** Work that runs until the test ends it. */
function heldWork() {
  const begun: string[] = [];
  const held: (() => void)[] = [];
  let now = 0;
  let most = 0;
  return {
    begun,
    most: () => most,
    letGo: () => held.shift()?.(),
    letAllGo: () => held.splice(0).forEach((go) => go()),
    async work(endpointId: string) {
      begun.push(endpointId);
      now += 1;
      most = Math.max(most, now);
      await new Promise<void>((resolve) => held.push(resolve));
      now -= 1;
    },
  };
}

describe.each<[string, () => Wakeups]>([
  [
    'through Redis',
    () =>
      openWakeupQueue({ redisUrl: TEST_REDIS, instance: randomUUID(), findDue: nothingDue, tenantOf, log }),
  ],
  ['within one process', () => openLocalWakeups({ findDue: nothingDue, tenantOf, log })],
])('wake-ups %s', (_name, open) => {
  function start(work: (endpointId: string) => Promise<void>): Wakeups {
    const wakeups = open();
    ends.push(wakeups.close);
    ends.push(wakeups.run(work).close);
    return wakeups;
  }

  test('call the work for each endpoint that is woken', async () => {
    const { begun, work, letAllGo } = heldWork();
    const { wake } = start(work);
    await wake(['a', 'b']);
    await wake([]);
    await until(() => begun.length === 2);
    expect(begun.toSorted()).toEqual(['a', 'b']);
    letAllGo();
  });

  test('never run twice at a time for one endpoint; a wake-up during the work runs it once more', async () => {
    const { begun, most, work, letGo } = heldWork();
    const { wake } = start(work);
    await wake(['a']);
    await until(() => begun.length === 1);
    await wake(['a']);
    await wake(['a', 'a']);
    letGo();
    await until(() => begun.length === 2);
    expect(most()).toBe(1);
    letGo();
    await wake(['b']);
    await until(() => begun.includes('b'));
    letGo();
    expect(begun).toEqual(['a', 'a', 'b']);
  });

  test('continue after failed work', async () => {
    let calls = 0;
    const { wake } = start(async () => {
      calls += 1;
      if (calls === 1) throw new Error('cut short');
    });
    await wake(['a']);
    await until(() => calls === 1);
    await until(async () => {
      await wake(['a']);
      return calls > 1;
    });
  });

  test(`serve half of ${ENDPOINTS_AT_ONCE_MAX} endpoints for one tenant alone, and the rest afterwards`, async () => {
    const { begun, most, work, letGo, letAllGo } = heldWork();
    const { wake } = start(work);
    const alone = ENDPOINTS_AT_ONCE_MAX / 2;
    const all = Array.from({ length: alone + 5 }, (_, n) => `greedy/${n}`);
    await wake(all);
    await until(() => begun.length === alone);
    await wake(['other/1', 'third/1']);
    await until(() => begun.includes('other/1') && begun.includes('third/1'));
    expect(begun).toHaveLength(alone + 2);
    for (let n = 0; n < 4; n += 1) letGo();
    await until(() => begun.length > alone + 2);
    expect(most()).toBe(alone + 2);
    await until(() => {
      letAllGo();
      return begun.length === all.length + 2;
    });
    expect(begun.toSorted()).toEqual([...all, 'other/1', 'third/1'].toSorted());
    letAllGo();
  });

  test('give a tenant the next turn when others have all turns', async () => {
    const { begun, work, letGo, letAllGo } = heldWork();
    const { wake } = start(work);
    const tenants = Array.from({ length: 15 }, (_, n) => `greedy${n}`);
    for (const tenant of tenants)
      await wake(Array.from({ length: ENDPOINTS_AT_ONCE_MAX / 2 }, (_, n) => `${tenant}/${n}`));
    await until(() => begun.length === ENDPOINTS_AT_ONCE_MAX);
    await wake(['small/1']);
    await until(() => {
      letGo();
      return begun.includes('small/1');
    });
    // Only tenants without a turn were before it.
    expect(begun.length).toBeLessThanOrEqual(ENDPOINTS_AT_ONCE_MAX + tenants.length);
    await until(() => {
      letAllGo();
      return begun.length === tenants.length * (ENDPOINTS_AT_ONCE_MAX / 2) + 1;
    }, 20_000);
    letAllGo();
  }, 40_000);

  test('wait for running work when they are closed', async () => {
    const { begun, work, letAllGo } = heldWork();
    const wakeups = open();
    ends.push(wakeups.close);
    const running = wakeups.run(work);
    await wakeups.wake(['a']);
    await until(() => begun.length === 1);
    let closed = false;
    const closing = running.close().then(() => {
      closed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    letAllGo();
    await closing;
  });
});

test('a single process finds due deliveries by its sweep, also after a failed sweep', async () => {
  let looks = 0;
  const findDue = async () => {
    looks += 1;
    if (looks === 1) throw new Error('Postgres is away');
    return ['a'];
  };
  const begun: string[] = [];
  const wakeups = openLocalWakeups({ findDue, tenantOf, log });
  ends.push(wakeups.run(async (endpointId) => void begun.push(endpointId)).close);
  await until(() => begun.length === 2);
  expect(begun).toEqual(['a', 'a']);
});

test('a process that does not send keeps no wake-ups', async () => {
  const wakeups = openLocalWakeups({ findDue: nothingDue, tenantOf, log });
  await wakeups.wake(['a']);
  const begun: string[] = [];
  ends.push(wakeups.run(async (endpointId) => void begun.push(endpointId)).close);
  await wakeups.wake(['b']);
  await until(() => begun.length > 0);
  expect(begun).toEqual(['b']);
});

describe('an endpoint that stays due', () => {
  /** A queue for each test: a wake-up that one leaves would begin work in the next one. */
  let instance: string;
  const key = (name: string) => `{holdfast-${instance}}:webhooks:${name}`;
  let redis: Redis;
  beforeEach(() => {
    instance = randomUUID();
  });
  beforeAll(() => {
    redis = new Redis(TEST_REDIS);
  });
  afterAll(() => redis.disconnect());

  /** A node whose Postgres finds the endpoint due until it was served. */
  function openNode(): string[] {
    const begun: string[] = [];
    const findDue = async () => (begun.length === 0 ? ['a'] : []);
    const wakeups = openWakeupQueue({ redisUrl: TEST_REDIS, instance, findDue, tenantOf, log });
    ends.push(wakeups.close, wakeups.run(async (endpointId) => void begun.push(endpointId)).close);
    return begun;
  }

  test('is served, although no job of it exists', async () => {
    const begun = openNode();
    await until(() => begun.length === 1);
    expect(begun).toEqual(['a']);
  });

  test('is served, although the queue gives no jobs', async () => {
    await redis.hset(key('meta'), 'paused', 1);
    const begun = openNode();
    await until(() => begun.length === 1);
    await redis.hdel(key('meta'), 'paused');
  });

  test('is served together with a thousand others', async () => {
    await redis.hset(key('meta'), 'paused', 1);
    const left = new Set(Array.from({ length: 1_000 }, (_, n) => `e${n}`));
    const findDue = async () => [...left];
    const wakeups = openWakeupQueue({ redisUrl: TEST_REDIS, instance, findDue, tenantOf, log });
    const work = async (endpointId: string) => {
      await delay(20);
      left.delete(endpointId);
    };
    ends.push(wakeups.close, wakeups.run(work).close);
    await until(() => left.size === 0);
    await redis.hdel(key('meta'), 'paused');
  }, 20_000);

  test('is served and can be woken again, although its job is in no list', async () => {
    await redis.set(key('de:a'), '7');
    await redis.hset(key('7'), 'name', 'deliver', 'data', '{"endpointId":"a"}', 'opts', '{}');
    const begun = openNode();
    await until(() => begun.length === 1);
    await until(async () => (await redis.exists(key('de:a'), key('7'))) === 0);
  });

  test('is served, although Redis evicted the data of its job', async () => {
    const wakeups = openWakeupQueue({ redisUrl: TEST_REDIS, instance, findDue: nothingDue, tenantOf, log });
    await wakeups.wake(['a']);
    await redis.del(key((await redis.get(key('de:a')))!));
    await wakeups.close();
    const warnings: string[] = [];
    const warn = pino({ level: 'warn' }, { write: (line) => void warnings.push(line) });
    const begun: string[] = [];
    const findDue = async () => (begun.length === 0 ? ['a'] : []);
    const node = openWakeupQueue({ redisUrl: TEST_REDIS, instance, findDue, tenantOf, log: warn });
    ends.push(node.close, node.run(async (endpointId) => void begun.push(endpointId)).close);
    await until(() => begun.length === 1);
    expect(begun).toEqual(['a']);
    expect(warnings).toEqual([]);
    await until(async () => {
      await node.wake(['a']);
      return begun.length > 1;
    });
  });

  test('is left to the worker of another node that holds its job', async () => {
    await redis.set(key('de:a'), '8');
    await redis.set(key('8:lock'), 'another worker');
    const begun = openNode();
    await delay(6_000);
    expect(begun).toEqual([]);
    await redis.del(key('8:lock'));
    await until(() => begun.length === 1);
  }, 20_000);
});
