/** Names that one event of a tenant can hold: claims, and the numbers that callers state. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import type { Append } from '../../../store/log/append.ts';
import { type OrderLog, createOrderLog } from '../../../store/log/log.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import { type DatabasePool } from '../../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';
import { onOnePostgres } from '../../setup/postgres/only-on.ts';
import { until } from '../../setup/shop.ts';
import { anAppend, appended } from '../events.ts';

let database: TestDatabase;
let pool: DatabasePool;
let orders: OrderLog;

beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database, 6);
  await ensurePartitions(pool, 2, ['orders']);
  orders = createOrderLog({ pool, capacity: 1_000 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

describe.each<[string, Partial<Append>, object]>([
  ['claim', { claim: 'payment stripe pi_1' }, { kind: 'claimed', claim: 'payment stripe pi_1' }],
  ['number', { number: '#1001' }, { kind: 'number_taken', number: '#1001' }],
])('a %s that an event holds', (_kind, name, refusal) => {
  test('refuses another event, and shows its holder', async () => {
    const tenant = v7();
    const held = anAppend(tenant, name);
    await appended(orders, held);
    const outcome = await orders.append(anAppend(tenant, name));
    const { event_id, order_id, idempotency_key, fingerprint } = held;
    expect(outcome).toMatchObject({
      ...refusal,
      event: { event_id, order_id, version: 1, idempotency_key, fingerprint, ...held.event },
    });
  });

  test('refuses it in one batch with others, which are appended without a gap', async () => {
    const tenant = v7();
    await appended(orders, anAppend(tenant, name));
    const outcomes = await Promise.all(
      [{}, name, {}].map((change) => orders.append(anAppend(tenant, change))),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual([
      'appended',
      (refusal as { kind: string }).kind,
      'appended',
    ]);
    const [first, , last] = outcomes.map((outcome) => ('event' in outcome ? outcome.event.position : 0));
    expect(last).toBe(first! + 1);
  });

  test('does not refuse the replay of its own command, nor hide a reused key', async () => {
    const tenant = v7();
    const held = anAppend(tenant, name);
    await appended(orders, held);
    const { idempotency_key, fingerprint } = held;
    expect((await orders.append(held)).kind).toBe('appended');
    const again = anAppend(tenant, { ...name, idempotency_key });
    expect((await orders.append({ ...again, fingerprint })).kind).toBe('replayed');
    expect((await orders.append(again)).kind).toBe('key_reused');
  });

  test('lets one of many win, of two logs', async () => {
    const tenant = v7();
    const other = createOrderLog({ pool, capacity: 1_000 });
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, n) => (n % 2 ? orders : other).append(anAppend(tenant, name))),
    );
    expect(outcomes.filter(({ kind }) => kind === 'appended')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.kind === (refusal as { kind: string }).kind)).toHaveLength(
      39,
    );
  });

  test('is free for another tenant', async () => {
    await appended(orders, anAppend(v7(), name));
    await appended(orders, anAppend(v7(), name));
  });
});

test('a held claim is reported before a version conflict: no later version of the order frees it', async () => {
  const tenant = v7();
  const held = anAppend(tenant, { claim: 'order 7' });
  await appended(orders, held);
  const outcome = await orders.append(anAppend(tenant, { claim: 'order 7', order_id: held.order_id }));
  expect(outcome.kind).toBe('claimed');
});

test('claims and numbers do not meet each other', async () => {
  const tenant = v7();
  await appended(orders, anAppend(tenant, { claim: 'A-1', number: 'B-1' }));
  await appended(orders, anAppend(tenant, { claim: 'B-1', number: 'A-1' }));
});

test('a claim has up to 600 characters of any script, and a number up to 64', async () => {
  const tenant = v7();
  const claim = Array.from({ length: 600 }, (_, n) => String.fromCharCode(0x4e00 + n * 7)).join('');
  await appended(orders, anAppend(tenant, { claim }));
  expect(await orders.append(anAppend(tenant, { claim }))).toMatchObject({ kind: 'claimed', claim });
  await appended(orders, anAppend(tenant, { number: 'x'.repeat(64) }));
  for (const tooLong of [{ claim: 'x'.repeat(601) }, { number: 'x'.repeat(65) }])
    await expect(orders.append(anAppend(tenant, tooLong))).rejects.toThrow(
      'a number has 1 to 64 characters, a claim 1 to 600',
    );
});

onOnePostgres('the scans are those of a worker').test(
  'on a table without statistics each look-up uses its own index',
  async () => {
    const fresh = await cloneDatabase();
    const others = await openTestPool(fresh, 1);
    await ensurePartitions(others, 1, ['orders']);
    await others.query(sql.unsafe`ALTER TABLE events SET (autovacuum_enabled = off)`);
    const log = createOrderLog({ pool: others, capacity: 1_000 });
    const tenant = v7();
    for (let n = 0; n < 20; n += 1) {
      await log.append(anAppend(tenant)); // without names
      await log.append(anAppend(tenant, { series: 'W-', claim: `order ${n}` }));
      await log.append(anAppend(tenant, { number: `#${n}` }));
    }
    await others.end(); // its connection reports what it read
    const reader = await openTestPool(fresh, 1);
    const row = z.object({ name: z.string(), scans: z.int(), whole: z.int() });
    const read = () =>
      reader.any(sql.type(row)`
      SELECT indexrelname AS name, idx_scan AS scans, (SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'events') AS whole
        FROM pg_stat_user_indexes WHERE relname = 'events' AND idx_scan > 0 ORDER BY indexrelname`);
    await until(async () => (await read()).length > 0);
    expect(await read()).toEqual([
      { name: 'events_claim_unique', scans: 20, whole: 0 },
      // Of 60 commands, 40 of which have names and are looked up for them first.
      { name: 'events_idempotency_key_unique', scans: 100, whole: 0 },
      { name: 'events_number_unique', scans: 20, whole: 0 },
      { name: 'events_version_unique', scans: 100, whole: 0 },
    ]);
    await reader.end();
    await fresh.drop();
  },
);

test('the release before appends by its own function, under the same lock', async () => {
  const tenant = v7();
  const { order_id, event_id, event, fingerprint } = anAppend(tenant);
  const row = z.object({ position: z.int(), event_id: z.uuid() });
  const callBefore = () =>
    pool.any(sql.type(row)`
      SELECT position, event_id
        FROM append_events(0, ARRAY[${tenant}]::uuid[], ARRAY[${order_id.slice(4)}]::uuid[], ARRAY[1],
                           ARRAY[${event_id.slice(4)}]::uuid[], ARRAY['OrderPlaced'], ARRAY[1]::smallint[],
                           ${JSON.stringify(event.data)}, ARRAY['before'], ARRAY[${sql.binary(fingerprint)}]::bytea[],
                           ARRAY[NULL]::text[], ARRAY[NULL]::uuid[])`);
  const first = await callBefore();
  expect(first).toHaveLength(1);
  expect(await callBefore()).toEqual(first);
  expect(await appended(orders, anAppend(tenant, { series: 'W-' }))).toBe(first[0]!.position + 1);
});
