import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { toUuid } from '../../../store/ids.ts';
import { type OrderLog, createOrderLog } from '../../../store/log/log.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import { type DatabasePool, openPool } from '../../../store/pool.ts';
import { StoreUnavailable } from '../../../store/unavailable.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { anAppend, appended } from '../events.ts';

const log = pino({ level: 'silent' });
const tenant = v7();
let database: TestDatabase;
let pool: DatabasePool;
let orders: OrderLog;

beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openPool({ databaseUrl: database.url, size: 6, log, checkRows: true });
  await ensurePartitions(pool, 2, ['orders']);
  orders = createOrderLog({ pool, capacity: 1_000 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

describe('each caller of a batch gets its own outcome', () => {
  test('appended, replayed, key reused and version conflict in one batch', async () => {
    const held = anAppend(tenant);
    await appended(orders, held);
    const again = { ...anAppend(tenant), idempotency_key: held.idempotency_key };
    const outcomes = await Promise.all([
      orders.append(anAppend(tenant)),
      orders.append({ ...again, fingerprint: held.fingerprint }),
      orders.append(anAppend(tenant, { order_id: held.order_id })),
      orders.append(anAppend(tenant)),
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual([
      'appended',
      'replayed',
      'version_conflict',
      'appended',
    ]);
    expect(outcomes[1]).toMatchObject({
      event: { event_id: held.event_id, order_id: held.order_id, data: held.event.data },
    });
    expect((await orders.append(again)).kind).toBe('key_reused');
  });

  test('many appends with one key at once append one event', async () => {
    const one = anAppend(tenant);
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, () =>
        orders.append({
          ...anAppend(tenant),
          idempotency_key: one.idempotency_key,
          fingerprint: one.fingerprint,
        }),
      ),
    );
    expect(outcomes.filter(({ kind }) => kind === 'appended')).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === 'replayed')).toHaveLength(49);
  });

  test('many appends with one version at once append one event', async () => {
    const { order_id } = anAppend(tenant);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => orders.append(anAppend(tenant, { order_id }))),
    );
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual([
      'appended',
      ...Array.from({ length: 19 }, () => 'version_conflict'),
    ]);
  });

  test('an append that Postgres refuses does not fail the others', async () => {
    const tooLong = anAppend(tenant, { traceparent: 'x'.repeat(56) });
    const [bad, good] = await Promise.allSettled([orders.append(tooLong), orders.append(anAppend(tenant))]);
    expect(bad.status).toBe('rejected');
    expect(good).toMatchObject({ status: 'fulfilled', value: { kind: 'appended' } });
  });

  test('the data of an event has at most 1 MiB, also where it could be compressed', async () => {
    const ofSize = (bytes: number) => {
      const append = anAppend(tenant);
      const padded = (padding: string) => Object.assign({}, append.event.data, { padding });
      const padding = 'x'.repeat(bytes - JSON.stringify(padded('')).length);
      return { ...append, event: { ...append.event, data: padded(padding) } as typeof append.event };
    };
    expect((await orders.append(ofSize(1_048_576))).kind).toBe('appended');
    await expect(orders.append(ofSize(1_048_577))).rejects.toThrow();
  });

  test('an append whose answer was lost is recognized as appended', async () => {
    const append = anAppend(tenant);
    await appended(orders, append);
    expect((await orders.append(append)).kind).toBe('appended');
  });

  test('each tenant has its own keys', async () => {
    const one = anAppend(tenant);
    await appended(orders, one);
    await appended(orders, { ...one, event_id: anAppend(tenant).event_id, tenantId: v7() });
  });
});

describe('positions', () => {
  test('have no gaps, with refused commands and several writers at once', async () => {
    const other = createOrderLog({ pool, capacity: 1_000 });
    const key = randomBytes(8).toString('hex');
    const many = Array.from({ length: 300 }, (_, n) =>
      (n % 2 ? orders : other).append(anAppend(tenant, n % 3 ? {} : { idempotency_key: `${key}-${n % 9}` })),
    );
    await Promise.all(many);
    const row = z.object({ events: z.int(), last: z.int(), head: z.int() });
    const { events, last, head } = await pool.one(sql.type(row)`
      SELECT count(*) AS events, max(position) AS last, (SELECT position FROM log_heads WHERE partition = 0) AS head
        FROM events WHERE partition = 0`);
    expect(events).toBe(last);
    expect(events).toBe(head);
  });

  test('have no gaps when repeats and conflicts come one by one', async () => {
    const first = anAppend(tenant);
    const position = await appended(orders, first);
    const again = { ...anAppend(tenant), idempotency_key: first.idempotency_key };
    expect((await orders.append({ ...again, fingerprint: first.fingerprint })).kind).toBe('replayed');
    expect((await orders.append(anAppend(tenant, { order_id: first.order_id }))).kind).toBe(
      'version_conflict',
    );
    expect(await appended(orders, anAppend(tenant))).toBe(position + 1);
  });

  test('follow the order of commits: no smaller position appears after a larger one', async () => {
    const slow = new Client({ connectionString: database.url });
    await slow.connect();
    await slow.query('BEGIN');
    const late = anAppend(tenant);
    const { rows } = await slow.query<{ position: string }>(
      "SELECT position FROM append_events(0, $1, $2, ARRAY[1], $3, ARRAY['OrderPlaced'], ARRAY[1::smallint], $4, $5, $6, ARRAY[NULL::text], ARRAY[NULL::uuid])",
      [
        [tenant],
        [toUuid(late.order_id)],
        [toUuid(late.event_id)],
        JSON.stringify(late.event.data),
        ['late'],
        [late.fingerprint],
      ],
    );
    const open = Number(rows[0]?.position);

    // A second writer must not overtake it: it gets its position when the first has committed.
    let overtaken = false;
    const second = appended(orders, anAppend(tenant)).then((position) => {
      overtaken = true;
      return position;
    });
    const seen = await pool.oneFirst(
      sql.type(z.object({ n: z.int() }))`SELECT max(position) AS n FROM events WHERE partition = 0`,
    );
    expect(seen).toBe(open - 1);
    await slow.query('SELECT pg_sleep(0.3)');
    expect(overtaken).toBe(false);
    await slow.query('COMMIT');
    await slow.end();
    expect(await second).toBe(open + 1);
  });

  const timesOf = async (count: number): Promise<number[]> => {
    const times: number[] = [];
    for (let n = 0; n < count; n += 1) {
      const outcome = await orders.append(anAppend(tenant, { partition: 1 }));
      times.push(outcome.kind === 'appended' ? Date.parse(outcome.event.recorded_at) : 0);
    }
    return times;
  };
  const setLastTime = (interval: string) =>
    pool.query(
      sql.unsafe`UPDATE log_heads SET recorded_at = now() + ${interval}::interval WHERE partition = 1`,
    );

  test('have times that do not run backwards when the clock is set back by less than 5 s', async () => {
    await setLastTime('4 seconds');
    const [first = 0, second = 0] = await timesOf(2);
    expect(first).toBeGreaterThan(Date.now() + 1_000);
    expect(second).toBeGreaterThanOrEqual(first);
  });

  test('follow a clock that is set back further, in a new epoch', async () => {
    const before = await orders.append(anAppend(tenant, { partition: 1 }));
    await setLastTime('1 hour');
    const times = await timesOf(2);
    expect(Math.max(...times)).toBeLessThan(Date.now() + 1_000);
    const newest = await pool.one(sql.type(z.object({ reason: z.string(), kept: z.int(), after: z.int() }))`
      SELECT reason, kept_position AS kept, after_position AS after
        FROM log_epochs WHERE partition = 1 ORDER BY epoch DESC LIMIT 1`);
    const position = before.kind === 'appended' ? before.event.position : 0;
    expect(newest).toEqual({ reason: 'clock_set_back', kept: position, after: 2 ** 32 });
  });
});

describe('Postgres does not answer', () => {
  test('callers learn in time that the outcome is unknown, and the next append works', async () => {
    const impatient = createOrderLog({ pool, capacity: 1_000, timeoutMs: 200 });
    const blocker = new Client({ connectionString: database.url });
    await blocker.connect();
    await blocker.query('BEGIN; SELECT FROM log_heads WHERE partition = 0 FOR UPDATE');
    const stuck = anAppend(tenant);
    await expect(Promise.all([impatient.append(stuck), impatient.append(anAppend(tenant))])).rejects.toThrow(
      StoreUnavailable,
    );
    await blocker.query('COMMIT');
    await blocker.end();
    // A repeat with the same key shows that it was appended once.
    const again = await impatient.append({
      ...anAppend(tenant),
      idempotency_key: stuck.idempotency_key,
      fingerprint: stuck.fingerprint,
    });
    expect(['replayed', 'appended']).toContain(again.kind);
    const folded = await orders.readState({ partition: 0, tenantId: tenant }, stuck.order_id);
    expect(folded?.state.order.version ?? 0).toBeLessThanOrEqual(1);
  });
});
