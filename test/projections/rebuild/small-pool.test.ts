/**
 * Each background role leaves connections to requests, also with the least pool that the
 * configuration allows: none holds a connection while it waits for another one.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { startAuditor } from '../../../projections/rebuild/auditor.ts';
import { rebuild, rollback } from '../../../projections/rebuild/rebuild.ts';
import { verify } from '../../../projections/rebuild/verify.ts';
import { PROJECTIONS } from '../../../projections/registry.ts';
import { startProjector } from '../../../projections/runner.ts';
import { CONSUMERS } from '../../../process/consumers.ts';
import { registry } from '../../../platform/metrics.ts';
import { createOrderLog } from '../../../store/log/log.ts';
import { ensurePartitions, progressOf } from '../../../store/partitions.ts';
import type { DatabasePool } from '../../../store/pool.ts';
import { reachable } from '../../../store/unavailable.ts';
import { startRelay } from '../../../workers/relay.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';
import { anOrder, openShop, until } from '../../setup/shop.ts';
import { anAppend, appended } from '../../store/events.ts';
import { openReceiver } from '../../workers/receiver.ts';

/** The least of `HOLDFAST_DATABASE_POOL`. */
const POOL_SIZE = 2;
const CLIENTS = 8;
const REQUESTS = 25;

const log = pino({ level: 'silent' });
const tenant = v7();
let database: TestDatabase;
let pool: DatabasePool;
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database, POOL_SIZE);
  await ensurePartitions(pool, 1, CONSUMERS);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** Clients that append and read side by side. Rejects when one request is refused. */
async function requests(): Promise<void> {
  const orderLog = createOrderLog({ pool, capacity: 1_000 });
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (let n = 0; n < REQUESTS; n += 1) {
        await appended(orderLog, anAppend(tenant));
        await reachable(pool.oneFirst(sql.type(z.object({ n: z.int() }))`SELECT count(*) AS n FROM tenants`));
      }
    }),
  );
}

const isUpToDate = async (consumer: string): Promise<boolean> => {
  const { head, applied } = await progressOf(pool, 0, consumer);
  return head > 0 && head === applied;
};

async function auditedAt(projection: string): Promise<number> {
  const metric = await registry.getSingleMetric('holdfast_projection_audited_timestamp_seconds')?.get();
  return metric?.values.find(({ labels }) => labels['projection'] === projection)?.value ?? 0;
}

/** Runs requests until the role has done its work, and once more. */
async function served(isDone: () => Promise<boolean>): Promise<void> {
  await requests();
  await until(isDone, 30_000);
  await requests();
}

describe('a pool of two serves requests beside', () => {
  test('the projector', async () => {
    const projector = startProjector({ pool, projections: PROJECTIONS, partitions: [0], log });
    await served(async () =>
      (await Promise.all(PROJECTIONS.map(({ name }) => isUpToDate(name)))).every(Boolean),
    );
    await projector.stop();
  }, 60_000);

  test('the relay', async () => {
    const relay = startRelay({ pool, queue: { wake: async () => {} }, partitions: [0], log });
    await served(() => isUpToDate('webhooks'));
    await relay.stop();
  }, 60_000);

  test('the auditor', async () => {
    const startSeconds = Date.now() / 1_000;
    const auditor = startAuditor({ pool, projections: PROJECTIONS, log, share: 1, restMs: 1 });
    await served(async () => (await auditedAt('sales')) > startSeconds);
    await auditor.stop();
  }, 60_000);

  test('a rebuild, a verification and a rollback of each table', async () => {
    let isDone = false;
    const quiet = { onProgress: () => {} };
    const work = (async () => {
      for (const projection of PROJECTIONS) {
        await rebuild(pool, projection, quiet);
        await verify(pool, projection, quiet);
        await rollback(pool, projection, quiet);
      }
      isDone = true;
    })();
    await served(async () => isDone);
    await work;
  }, 90_000);

  test('all roles of a node', async () => {
    const shop = await openShop({
      HOLDFAST_DATABASE_POOL: String(POOL_SIZE),
      HOLDFAST_WEBHOOK_LOOPBACK: 'on',
    });
    const receiver = await openReceiver();
    const { status } = await shop.ask('/v2/webhook-endpoints', { body: { url: receiver.url } });
    expect(status).toBe(201);
    const statuses = new Set<number>();
    await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        for (let n = 0; n < REQUESTS; n += 1) {
          statuses.add((await shop.ask('/v1/orders', { body: anOrder() })).status);
          statuses.add((await shop.ask('/v1/orders?limit=5')).status);
        }
      }),
    );
    expect([...statuses].toSorted()).toEqual([200, 201]);
    await until(() => receiver.messages.length >= CLIENTS * REQUESTS, 30_000);
    await receiver.close();
    await shop.close();
  }, 90_000);
});
