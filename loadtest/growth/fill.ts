/**
 * Fills a log and its read tables by SQL: every row is a copy of a row of the template, with a
 * position, time, order, key and customer of its own. The columns are those that the tables have.
 */
import type { Client } from 'pg';
import { placeOrderData } from '../../domain/order/commands.ts';
import { fingerprint } from '../../domain/order/request.ts';
import { CUSTOMERS_COUNT, EVENTS_PER_ORDER, orderOf } from './template.ts';
import { withoutIndexes } from './indexes.ts';

/** Tables whose rows are copied or counted. The others are bounded by the number of kinds. */
export const GROWING = ['events', 'orders', 'order_terms', 'customer_totals', 'daily_sales', 'sales'];

/** Replaces the template by that many orders, an event a second, the last one now. */
export async function fill(database: Client, orders: number): Promise<void> {
  await database.query(`
    SET synchronous_commit = off;
    SET maintenance_work_mem = '1GB';
    SET work_mem = '128MB';
    SET statement_timeout = 0`);
  // A consumer of a running node must not apply the copies: their rows are copied too.
  await database.query('UPDATE checkpoints SET paused_at = now()');
  for (const table of GROWING)
    await database.query(`CREATE TEMP TABLE of_${table} AS SELECT * FROM ${table}`);
  await defineFunctions(database, orders);
  await database.query(`TRUNCATE ${GROWING.join(', ')}`);
  await withoutIndexes(database, ['events', 'orders', 'order_terms'], async () => {
    await copyEvents(database, orders);
    await copyOrders(database, orders);
    await copyTerms(database, orders);
  });
  await count(database, orders);
  const position = orders * EVENTS_PER_ORDER;
  // Together: a checkpoint beyond the head would begin an epoch.
  await database.query(`
    UPDATE log_heads SET position = ${position}, reached_position = ${position}, recorded_at = time_of(${position});
    UPDATE checkpoints SET position = ${position}, paused_at = NULL`);
  await database.query('DROP FUNCTION order_id_of, time_of, text_of');
  await database.query(`VACUUM (ANALYZE) ${GROWING.join(', ')}`);
  await database.query('CHECKPOINT');
}

/** The time of a position, the id of an order (UUID v7), and a time as documents spell it. */
async function defineFunctions(database: Client, orders: number): Promise<void> {
  const events = orders * EVENTS_PER_ORDER;
  const beganMs = Math.floor(Date.now() / 1_000 - events) * 1_000;
  await database.query(`
    CREATE FUNCTION time_of(p bigint) RETURNS timestamptz LANGUAGE sql STABLE
      RETURN timestamptz 'epoch' + (${beganMs} + p * 1000) * interval '1 ms';
    CREATE FUNCTION order_id_of(k bigint) RETURNS uuid LANGUAGE sql STABLE
      RETURN (lpad(to_hex(${beganMs} + k * ${EVENTS_PER_ORDER * 1_000}), 12, '0') || '7' || substr(md5(k::text), 1, 3)
              || '8' || substr(md5(k::text), 4, 15))::uuid;
    CREATE FUNCTION text_of(at timestamptz) RETURNS text LANGUAGE sql STABLE
      RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);
}

/** Copies with other values for some columns. @param from a table \`t\` joined with its copies */
async function copy(
  database: Client,
  table: string,
  from: string,
  values: Record<string, string>,
  parameters: unknown[],
): Promise<void> {
  const { rows } = await database.query<{ column: string }>(
    `SELECT attname AS column FROM pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table],
  );
  const columns = rows.map(({ column }) => column);
  const selected = columns.map((column) => values[column] ?? `t."${column}"`);
  await database.query(
    `INSERT INTO ${table} (${columns.map((column) => `"${column}"`).join(', ')}) SELECT ${selected.join(', ')} FROM ${from}`,
    parameters,
  );
}

const customer = (k: string) => `'cus_' || ${k} % ${CUSTOMERS_COUNT}`;

async function copyEvents(database: Client, orders: number): Promise<void> {
  const fingerprints = Array.from({ length: CUSTOMERS_COUNT }, (_, n) =>
    fingerprint({ type: 'PlaceOrder', order_id: null, data: placeOrderData.parse(orderOf(n)) }),
  );
  const { rows } = await database.query<{ same: boolean }>(
    'SELECT fingerprint = $1 AS same FROM of_events WHERE version = 1',
    [fingerprints[0]],
  );
  if (!rows[0]!.same) throw new Error('the API gives the order another fingerprint');
  const k = `((p + ${EVENTS_PER_ORDER - 1}) / ${EVENTS_PER_ORDER})`;
  await copy(
    database,
    'events',
    `generate_series(1, ${orders * EVENTS_PER_ORDER}::bigint) AS p
       JOIN of_events AS t ON t.position = (p - 1) % ${EVENTS_PER_ORDER} + 1`,
    {
      position: 'p',
      order_id: `order_id_of(${k})`,
      event_id: 'gen_random_uuid()',
      idempotency_key: 'gen_random_uuid()::text',
      recorded_at: 'time_of(p)',
      fingerprint: `CASE WHEN t.version = 1 THEN ($1::bytea[])[${k} % ${CUSTOMERS_COUNT} + 1] ELSE t.fingerprint END`,
      data: `CASE WHEN t.version = 1 THEN replace(t.data::text, '"cus_0"', '"' || ${customer(k)} || '"')::json ELSE t.data END`,
    },
    [fingerprints],
  );
}

async function copyOrders(database: Client, orders: number): Promise<void> {
  const placed = `((k - 1) * ${EVENTS_PER_ORDER} + 1)`;
  const { rows } = await database.query<{ recorded: string }>(
    'SELECT text_of(recorded_at) AS recorded FROM of_events ORDER BY position',
  );
  let document = `replace(t.document, replace(t.order_id::text, '-', ''), replace(order_id_of(k)::text, '-', ''))`;
  document = `replace(${document}, '"cus_0"', '"' || ${customer('k')} || '"')`;
  for (const [n, { recorded }] of rows.entries())
    document = `replace(${document}, '${recorded}', text_of(time_of(${placed} + ${n})))`;
  await copy(
    database,
    'orders',
    `generate_series(1, ${orders}::bigint) AS k CROSS JOIN of_orders AS t`,
    {
      placed_position: placed,
      order_id: 'order_id_of(k)',
      customer_id: customer('k'),
      placed_at: `time_of(${placed})`,
      ordered_at: `time_of(${placed})`,
      document,
    },
    [],
  );
}

const copyTerms = (database: Client, orders: number): Promise<void> =>
  copy(
    database,
    'order_terms',
    `generate_series(1, ${orders}::bigint) AS k CROSS JOIN LATERAL (SELECT * FROM of_order_terms WHERE k > 0 OFFSET 0) AS t`,
    { placed_position: `(k - 1) * ${EVENTS_PER_ORDER} + 1` },
    [],
  );

/** The tables that count: sums over the copies, of the amounts of the template. */
async function count(database: Client, orders: number): Promise<void> {
  const [placed, paid] = [`(k - 1) * ${EVENTS_PER_ORDER} + 1`, `(k - 1) * ${EVENTS_PER_ORDER} + 2`];
  const each = `generate_series(1, ${orders}::bigint) AS k`;
  await database.query(`
    INSERT INTO customer_totals (partition, tenant_id, customer_id, currency, orders_placed, orders_cancelled, ordered, paid,
                                 refunded, first_order_at, last_activity_at, events)
    SELECT t.partition, t.tenant_id, made.customer_id, t.currency, t.orders_placed * made.n, 0, t.ordered * made.n,
           t.paid * made.n, 0, made.first, made.last, t.events * made.n
      FROM of_customer_totals AS t
     CROSS JOIN (SELECT ${customer('k')} AS customer_id, count(*) AS n, min(time_of(${placed})) AS first, max(time_of(${paid})) AS last
                   FROM ${each} GROUP BY 1) AS made`);
  const byDay = `
    SELECT day, sum(placed)::bigint AS placed, sum(paid)::bigint AS paid, min(position) AS position
      FROM (SELECT (time_of(${placed}) AT TIME ZONE 'UTC')::date AS day, 1 AS placed, 0 AS paid, ${placed} AS position FROM ${each}
             UNION ALL SELECT (time_of(${paid}) AT TIME ZONE 'UTC')::date, 0, 1, ${paid} FROM ${each}) AS event
     GROUP BY day`;
  await database.query(`
    INSERT INTO daily_sales (partition, tenant_id, day, currency, position, orders_placed, orders_cancelled, ordered, paid, refunded, events)
    SELECT t.partition, t.tenant_id, made.day, t.currency, made.position, made.placed, 0, t.ordered * made.placed,
           t.paid * made.paid, 0, made.placed + made.paid
      FROM of_daily_sales AS t CROSS JOIN (${byDay}) AS made`);
  await database.query(`
    INSERT INTO sales (partition, tenant_id, quarter, currency, measure, name, amount, events)
    SELECT t.partition, t.tenant_id, made.quarter, t.currency, t.measure, t.name, t.amount * made.n, t.events * made.n
      FROM of_sales AS t
      JOIN (SELECT is_payment, date_bin('15 minutes', time_of(position), timestamptz '2000-01-01 00:00Z') AS quarter, count(*) AS n
              FROM (SELECT false AS is_payment, ${placed} AS position FROM ${each}
                     UNION ALL SELECT true, ${paid} FROM ${each}) AS event
             GROUP BY 1, 2) AS made ON made.is_payment = (t.measure = 'payment')`);
}
