/**
 * Statements that were first executed on nearly empty tables, and then meet thousands of pending
 * deliveries, before Postgres analyses a table. A prepared statement kept such a plan: it compared
 * 500 outcomes with each of 19,500 pending deliveries, which took 1 s on an idle machine.
 */
import { describe, expect } from '@jest/globals';
import { type DatabasePool, type QuerySqlToken, sql } from 'slonik';
import { z } from 'zod';
import {
  type Claimed,
  claimDeliveries,
  findDueEndpoints,
  moveBacklog,
  releaseDeliveries,
} from '../../../store/webhooks/claims.ts';
import { createKeyring } from '../../../store/secrets/keyring.ts';
import { recordOutcomes } from '../../../store/webhooks/outcomes.ts';
import { deferUnrendered } from '../../../store/webhooks/unread.ts';
import { relayBatch } from '../../../store/webhooks/relay-batch.ts';
import { NO_TENANT } from '../../../store/webhooks/replays.ts';
import { onOnePostgres } from '../../setup/postgres/only-on.ts';
import { openRelayScene } from './relay-scene.ts';

const plain = onOnePostgres('auto_explain of whole statements');
const { pool, addTenant, addEndpoints, addEvents } = openRelayScene();

const ENDPOINTS_COUNT = 195;
const EVENTS_COUNT = 30;
/** More than the executions after which Postgres may keep a plan. */
const EXECUTIONS_COUNT = 8;

interface PlanNode {
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Join Filter'?: number;
  Plans?: PlanNode[];
}

/** Rows that a plan read, compared and threw away, in all of its nodes. */
const rowsOf = (node: PlanNode): number =>
  (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0)) *
    node['Actual Loops'] +
  (node.Plans ?? []).map(rowsOf).reduce((sum, rows) => sum + rows, 0);

/** A connection that reports, for each statement, the rows of the plan that Postgres executed. */
async function withPlans(act: (connection: DatabasePool, rows: () => number) => Promise<void>) {
  await pool().connect(async (connection) => {
    for (const setting of [
      `LOAD 'auto_explain'`,
      'SET auto_explain.log_min_duration = 0',
      'SET auto_explain.log_analyze = on',
      'SET auto_explain.log_timing = off',
      'SET auto_explain.log_format = json',
      'SET client_min_messages = log',
    ])
      await connection.query({ ...sql.unsafe`-`, sql: setting });
    let newest = 0;
    const query = async (token: QuerySqlToken) => {
      const result = await connection.query(token);
      for (const { message = '' } of result.notices as { message?: string }[]) {
        const plan = /plan:\n([^]*)/.exec(message)?.[1];
        if (plan !== undefined) newest = rowsOf(JSON.parse(plan).Plan);
      }
      return result;
    };
    const any = async (token: QuerySqlToken) => (await query(token)).rows;
    const one = async (token: QuerySqlToken) => (await any(token))[0];
    await act({ query, any, one } as unknown as DatabasePool, () => newest);
  });
}

/** Pending deliveries of all endpoints for new events. */
const addDeliveries = () =>
  pool().query(sql.unsafe`
    INSERT INTO webhook_deliveries (endpoint_id, event_id, event_type, partition, position, order_id, order_version, queued_at, claimed_until)
    SELECT endpoint_id, event_id, type, 0, position, order_id, events.version, now(), now()
      FROM events CROSS JOIN webhook_endpoints
     WHERE event_id NOT IN (SELECT event_id FROM webhook_deliveries)`);

const claimRow = z.object({
  delivery_id: z.uuid(),
  endpoint_id: z.uuid(),
  queueing: z.string(),
  claim: z.string(),
});
const success = {
  generation: 0,
  attempts_before: 0,
  attempted_at: new Date(),
  duration_ms: 1,
  code: 204,
  error: null,
  answer: '',
  status: 'delivered' as const,
  delaySeconds: 0,
};
async function outcomesOf(count: number) {
  const rows = await pool().any(sql.type(claimRow)`
    SELECT delivery_id, endpoint_id, queued_at::text AS queueing, claimed_until::text AS claim
      FROM webhook_deliveries WHERE status = 'pending' ORDER BY number LIMIT ${count}`);
  return rows.map((row) => Object.assign({}, success, row));
}

const delivered = () =>
  pool().oneFirst(sql.type(z.object({ count: z.int() }))`
    SELECT count(*) FROM webhook_deliveries WHERE status = 'delivered'`);

const due = () =>
  pool().oneFirst(sql.type(z.object({ count: z.int() }))`
    SELECT count(*) FROM webhook_deliveries WHERE status = 'pending' AND next_attempt_at <= now()`);

const analyse = () =>
  pool().query(sql.unsafe`ANALYZE webhook_endpoints, webhook_deliveries, webhook_attempts, events`);

describe.each([
  ['never analysed', async () => {}, false],
  ['analysed while they were empty', analyse, false],
  ['analysed while no delivery was pending', analyse, true],
])('with tables %s', (_state, prepare, hasDelivered) => {
  async function burst(executeOnFew: () => Promise<unknown>) {
    if (hasDelivered) {
      await addEndpoints(await addTenant(), 1);
      await addEvents(await addTenant(), 60);
      await addDeliveries();
      await pool().query(sql.unsafe`UPDATE webhook_deliveries SET status = 'delivered', finished_at = now()`);
    }
    await prepare();
    for (let n = 0; n < EXECUTIONS_COUNT; n += 1) await executeOnFew();
    const tenant = await addTenant();
    await addEndpoints(tenant, ENDPOINTS_COUNT);
    await addEvents(tenant, EVENTS_COUNT);
    await addDeliveries();
  }

  plain.test('500 outcomes read a few rows for each', async () => {
    await withPlans(async (connection, rows) => {
      await burst(() => recordOutcomes(connection, []));
      await recordOutcomes(connection, await outcomesOf(500));
      expect(rows()).toBeLessThan(100_000);
    });
    expect(await delivered()).toBe(500 + (hasDelivered ? 60 : 0));
  });

  plain.test('the sweep reads a few rows for each endpoint', async () => {
    await withPlans(async (connection, rows) => {
      await burst(() => findDueEndpoints(connection));
      expect(await findDueEndpoints(connection)).toHaveLength(ENDPOINTS_COUNT + (hasDelivered ? 1 : 0));
      expect(rows()).toBeLessThan(10 * ENDPOINTS_COUNT);
    });
  });

  plain.test('a step of the backlogs reads a few rows for each delivery', async () => {
    await withPlans(async (connection, rows) => {
      await burst(() => moveBacklog(connection));
      await pool().query(sql.unsafe`UPDATE webhook_endpoints SET backlog_number = 0`);
      await pool().query(sql.unsafe`
        UPDATE webhook_deliveries SET tries = 3, next_attempt_at = now() + interval '1 hour'`);
      await moveBacklog(connection);
      expect(rows()).toBeLessThan(100_000);
    });
    expect(await due()).toBe(20 * EVENTS_COUNT);
  });

  plain.test('a release reads a few rows for each delivery', async () => {
    await withPlans(async (connection, rows) => {
      await burst(() => releaseDeliveries(connection, []));
      const claimed = (await outcomesOf(100)).map((row) => Object.assign(row, { due_at: row.claim }));
      for (const giveBack of [releaseDeliveries, deferUnrendered]) {
        await giveBack(connection, claimed as unknown as Claimed[]);
        expect(rows()).toBeLessThan(50_000);
      }
    });
  });

  plain.test('a batch of the relay reads a few rows for each delivery', async () => {
    const bound = { events: 500, deliveries: 1_000_000, deliveriesOfTenant: 1_000_000 };
    await withPlans(async (connection, rows) => {
      await burst(() => relayBatch(connection, 0, bound));
      await pool().query(sql.unsafe`DELETE FROM webhook_deliveries WHERE status = 'pending'`);
      expect(await relayBatch(connection, 0, bound)).toMatchObject({ events: EVENTS_COUNT });
      expect(rows()).toBeLessThan(20 * ENDPOINTS_COUNT * EVENTS_COUNT);
    });
  });

  plain.test('a claim reads its endpoint', async () => {
    await withPlans(async (connection, rows) => {
      await burst(() => claimDeliveries(connection, createKeyring([]), NO_TENANT, 100));
      const [endpointId] = await findDueEndpoints(pool());
      expect(
        (await claimDeliveries(connection, createKeyring([]), endpointId!, 100))?.deliveries,
      ).toHaveLength(EVENTS_COUNT);
      expect(rows()).toBeLessThan(100_000);
    });
  });
});
