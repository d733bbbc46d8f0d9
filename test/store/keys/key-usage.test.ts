import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { type DatabasePool as Pool, sql } from 'slonik';
import { createTenant } from '../../../store/keys/api-keys.ts';
import { issueKey } from '../../../store/keys/issue-key.ts';
import { findKey } from '../../../store/keys/key-record.ts';
import { type KeyUsage, createKeyUsage } from '../../../store/keys/key-usage.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import { openPool } from '../../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';

const log = pino({ level: 'silent' });
const usages: KeyUsage[] = [];
let database: TestDatabase;
let pool: Pool;
let keyIds: string[];
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openPool({ databaseUrl: database.url, size: 4, log, checkRows: true });
  await ensurePartitions(pool, 1, []);
  const { tenantId } = await createTenant(pool, 'test', 1);
  keyIds = await Promise.all(
    Array.from({ length: 6 }, async (_, n) => {
      const made = await issueKey(pool, { tenantId, name: `n${n}`, scopes: ['orders:read'], mode: 'test' });
      if (made.kind !== 'issued') throw new Error('not issued');
      return made.record.key_id;
    }),
  );
});
afterAll(async () => {
  await Promise.all(usages.map((usage) => usage.stop()));
  await pool.end();
  await database.drop();
});

/** Seconds since the last recorded use of a key. */
const ageOf = async (keyId: string) => {
  const used = (await findKey(pool, keyId))?.last_used_at;
  return used ? Math.round((Date.now() - Date.parse(used)) / 1_000) : undefined;
};

/** A pool that counts its queries, and can be down. */
function watched() {
  const seen = { queries: 0, down: false };
  const query = (...args: Parameters<Pool['query']>) => {
    seen.queries += 1;
    return seen.down ? Promise.reject(new Error('down')) : pool.query(...args);
  };
  return { seen, pool: { query } as unknown as Pool };
}

function open(options: { pool?: Pool; capacity?: number } = {}) {
  const clock = { ms: 1_000_000 };
  const usage = createKeyUsage({ pool, now: () => clock.ms, log, ...options });
  usages.push(usage);
  return { usage, clock };
}

test('any number of uses is one statement, and a use writes nothing', async () => {
  const { seen, pool: counted } = watched();
  const { usage, clock } = open({ pool: counted });
  const [first = '', second = '', unused = ''] = keyIds;
  usage.note(second);
  for (let n = 0; n < 10_000; n += 1) usage.note(first);
  clock.ms += 20_000;
  usage.note(first);
  clock.ms += 10_000;
  expect(seen.queries).toBe(0);
  await usage.flush();
  await usage.flush();
  expect(seen.queries).toBe(1);
  expect([await ageOf(first), await ageOf(second), await ageOf(unused)]).toEqual([10, 30, undefined]);
});

test('uses survive a failed flush, and the newest use counts', async () => {
  const { seen, pool: counted } = watched();
  const { usage, clock } = open({ pool: counted });
  const [, , first = '', second = ''] = keyIds;
  usage.note(first);
  usage.note(second);
  seen.down = true;
  await usage.flush();
  clock.ms += 60_000;
  usage.note(first);
  await usage.flush();
  expect([await ageOf(first), await ageOf(second)]).toEqual([undefined, undefined]);
  seen.down = false;
  await usage.stop();
  expect([await ageOf(first), await ageOf(second)]).toEqual([0, 60]);
});

test('several nodes: an older use never replaces a newer one, a use less than 30 s newer is not written, and no node deadlocks', async () => {
  const nodes = [open(), open(), open(), open()];
  for (const [index, { usage, clock }] of nodes.entries()) {
    for (const keyId of index % 2 ? keyIds.slice(4) : keyIds.slice(4).toReversed()) usage.note(keyId);
    clock.ms += 3_600_000 - index * 10_000;
  }
  await Promise.all(nodes.map(({ usage }) => usage.flush()));
  for (const keyId of keyIds.slice(4)) {
    const age = (await ageOf(keyId)) ?? 0;
    expect(age).toBeGreaterThanOrEqual(3_570);
    expect(age).toBeLessThanOrEqual(3_600);
  }
  const [keyId = ''] = keyIds.slice(4);
  const late = open();
  late.usage.note(keyId);
  late.clock.ms += 7_200_000;
  await late.usage.flush();
  expect(await ageOf(keyId)).toBeLessThanOrEqual(3_600);
});

test('memory is bounded: the key that was noted first is evicted', async () => {
  await pool.query(sql.unsafe`UPDATE api_keys SET last_used_at = NULL`);
  const { usage } = open({ capacity: 2 });
  for (const keyId of keyIds.slice(0, 3)) usage.note(keyId);
  await usage.flush();
  const ages = await Promise.all(keyIds.slice(0, 3).map(ageOf));
  expect(ages).toEqual([undefined, 0, 0]);
});

test('the last flush does not delay the end of a process for long', async () => {
  const { usage } = open({ pool: { query: () => new Promise(() => {}) } as unknown as Pool });
  usage.note(keyIds[0] ?? '');
  const started = performance.now();
  await usage.stop();
  expect(performance.now() - started).toBeLessThan(4_000);
  usages.pop();
});
