/**
 * npm run bench:rebuild [-- --events 1000000 --rounds 3 --seconds 10]
 *
 * Rebuilds the projection `orders` from a log with three events an order. Measures events a second,
 * in rounds interleaved with a plain SQL statement that fills the same keys; peak memory of the
 * process at a tenth of the log and at the whole log; and the latencies of a server during a
 * rebuild.
 */
import { type ChildProcess, execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { pino } from 'pino';
import { type DatabasePool, sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { startServices } from '../kit/services.ts';
import { ordersProjection } from '../../projections/orders.ts';
import { rebuild } from '../../projections/rebuild/rebuild.ts';
import { runOnce } from '../../projections/runner.ts';
import { migrate } from '../../store/migrate.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import { openPool } from '../../store/pool.ts';
import { median, openLoop, quantile } from '../kit/open-loop.ts';
import { apiKey, body } from '../kit/order-request.ts';
import { serveHoldfast } from '../serve.ts';

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '10' },
    /** Set in the measured child process: the URL of its database. */
    child: { type: 'string' },
  },
});
const log = pino({ level: 'silent' });
const say = (text: string) => process.stdout.write(`${text}\n`);
const open = (databaseUrl: string) => openPool({ databaseUrl, size: 6, log, statementTimeoutMs: 3_600_000 });
const run = promisify(execFile);
const WARM_UP_MS = 3_000;

interface Outcome {
  seconds: number;
  /** Peak resident memory of the process. */
  memoryMib: number;
}

if (options.child === undefined) await bench();
else await rebuildHere(options.child);

async function rebuildHere(databaseUrl: string): Promise<void> {
  const pool = await open(databaseUrl);
  const started = performance.now();
  const found = await rebuild(pool, ordersProjection, { onProgress: () => {} });
  const seconds = (performance.now() - started) / 1_000;
  await pool.end();
  if (found.missing + found.surplus + found.different > 0) throw new Error(JSON.stringify(found));
  const outcome: Outcome = { seconds, memoryMib: process.resourceUsage().maxRSS / 1_024 };
  say(JSON.stringify(outcome));
}

async function rebuildInChild(databaseUrl: string): Promise<Outcome> {
  const self = fileURLToPath(import.meta.url);
  const { stdout } = await run(process.execPath, [self, '--child', databaseUrl]);
  return JSON.parse(stdout) as Outcome;
}

/** Fills the log up to a number of events, with orders placed, paid and shipped. */
async function fill(pool: DatabasePool, tenantId: string, events: number): Promise<void> {
  const line = { sku: 'KELP-1', name: 'Kelp, dried, 100 g', quantity: 2, unit_price: 1_900 };
  const placed = {
    customer_id: 'cus_4711',
    currency: 'EUR',
    lines: [{ id: 'line_1', ...line, total: 3_800 }],
    total: 3_800,
    shipping_address: null,
    metadata: { channel: 'web' },
  };
  const paid = { amount: 3_800, currency: 'EUR', method: 'card', reference: null };
  const shipped = { lines: [{ line_id: 'line_1', quantity: 2 }], carrier: null, tracking_number: null };
  const data = [placed, paid, shipped].map((each) => JSON.stringify(each));
  await pool.query(sql.unsafe`
    INSERT INTO events (partition, position, tenant_id, order_id, version, event_id, type, schema_version, data, idempotency_key,
                        fingerprint, recorded_at)
    SELECT 0, head.position + n, ${tenantId}, md5('order ' || (head.position + n + 2) / 3)::uuid, (head.position + n + 2) % 3 + 1, gen_random_uuid(),
           (ARRAY['OrderPlaced', 'PaymentRecorded', 'ItemsShipped'])[(head.position + n + 2) % 3 + 1], 1,
           (${sql.array(data, 'text')})[(head.position + n + 2) % 3 + 1]::json, 'key-' || head.position + n,
           sha256(n::text::bytea), timestamptz '2026-01-01' + (head.position + n) * interval '1 second'
      FROM log_heads AS head, generate_series(1, ${events} - head.position) AS n`);
  await pool.query(sql.unsafe`
    UPDATE log_heads SET position = ${events}, recorded_at = timestamptz '2026-01-01' + ${events} * interval '1 second'`);
  await pool.query(sql.unsafe`VACUUM ANALYZE events`);
  // The projection fills the live table.
  while ((await runOnce(pool, ordersProjection, 0, { limit: 2_000 })) > 0);
}

/**
 * The floor: one SQL statement that writes a row an order, with the columns that need no fold and
 * the first event as the document, then the same indexes. @returns seconds
 */
async function fillByPlainSql(pool: DatabasePool): Promise<number> {
  await pool.query(sql.unsafe`DROP TABLE IF EXISTS shadow`);
  await pool.query(sql.unsafe`CREATE TABLE shadow (LIKE orders INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`);
  const started = performance.now();
  await pool.query(sql.unsafe`
    INSERT INTO shadow (partition, tenant_id, order_id, placed_position, customer_id, status, placed_at, version, document, facts)
    SELECT partition, tenant_id, order_id, min(position), min(data ->> 'customer_id') FILTER (WHERE version = 1),
           CASE WHEN max(version) = 3 THEN 'shipped' WHEN max(version) = 2 THEN 'paid' ELSE 'placed' END,
           min(recorded_at), max(version), min(data::text) FILTER (WHERE version = 1), '{}'
      FROM events
     GROUP BY partition, tenant_id, order_id`);
  const definitions = await pool.anyFirst(sql.type(z.object({ definition: z.string() }))`
    SELECT replace(replace(pg_get_indexdef(indexrelid), ' ON holdfast.orders ', ' ON shadow '),
                   ' INDEX ' || indexrelid::regclass, ' INDEX ' || 'shadow_' || indexrelid::regclass) AS definition
      FROM pg_index WHERE indrelid = 'orders'::regclass`);
  for (const definition of definitions) await pool.query({ ...sql.unsafe`CREATE INDEX`, sql: definition });
  await pool.query(sql.unsafe`ANALYZE shadow`);
  const seconds = (performance.now() - started) / 1_000;
  await pool.query(sql.unsafe`DROP TABLE shadow`);
  return seconds;
}

/** Sends requests in an open loop. @returns the latencies as text */
async function steadily(send: () => Promise<number>, rate: number, until: () => boolean): Promise<string> {
  const latencies: number[] = [];
  const failures: number[] = [];
  await openLoop({
    rate: () => rate,
    goesOn: () => !until(),
    async send(dueMs) {
      const status = await send();
      latencies.push(performance.now() - dueMs);
      if (status >= 300) failures.push(status);
    },
  });
  const ms = (q: number) => quantile(latencies, q).toFixed(1);
  return `p50 ${ms(0.5)} ms, p99 ${ms(0.99)} ms of ${latencies.length}, ${failures.length} failed`;
}

async function bench(): Promise<void> {
  const events = Number(options.events);
  const rounds = Number(options.rounds);
  const services = await startServices();
  const children: ChildProcess[] = [];
  try {
    const { databaseUrl } = services;
    await migrate(databaseUrl);
    const pool = await open(databaseUrl);
    await ensurePartitions(pool, 1, ['orders', 'customer_totals', 'daily_sales']);
    const tenantId = v7();

    await fill(pool, tenantId, events / 10);
    const small = await rebuildInChild(databaseUrl);
    await fill(pool, tenantId, events);
    const ours: Outcome[] = [];
    const floor: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      floor.push(await fillByPlainSql(pool));
      ours.push(await rebuildInChild(databaseUrl));
    }
    const seconds = median(ours.map((each) => each.seconds));
    const rate = (took: number) => Math.round(events / took).toLocaleString('en');
    say(`${events.toLocaleString('en')} events, medians of ${rounds}`);
    say(`rebuild, with comparison and swap ${rate(seconds)} events/s  (${seconds.toFixed(1)} s)`);
    say(`plain SQL, with indexes           ${rate(median(floor))} events/s  (${median(floor).toFixed(1)} s)`);
    say(`rebuild, share of plain SQL       ${(median(floor) / seconds).toFixed(2)}`);
    const memoryMib = Math.max(...ours.map((each) => each.memoryMib));
    say(
      `peak memory                       ${small.memoryMib.toFixed(0)} MiB at ${events / 10} events, ${memoryMib.toFixed(0)} MiB at ${events}`,
    );

    // Skip the other projections, so that the server has no backlog.
    await pool.query(
      sql.unsafe`UPDATE checkpoints SET position = ${events} WHERE consumer IN ('customer_totals', 'daily_sales')`,
    );
    const { child, port } = await serveHoldfast(services);
    children.push(child);
    const url = `http://127.0.0.1:${port}/v1/orders`;
    const headers = { Authorization: `Bearer ${apiKey}` };
    const status = async (sent: Promise<Response>) => {
      const response = await sent;
      await response.arrayBuffer();
      return response.status;
    };
    const read = () => status(fetch(`${url}?limit=20`, { headers }));
    const write = () =>
      status(
        fetch(url, {
          method: 'POST',
          body,
          headers: { ...headers, 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() },
        }),
      );
    const readAndWrite = async (until: () => boolean) => {
      const [reads, writes] = await Promise.all([steadily(read, 50, until), steadily(write, 50, until)]);
      return [`  50 reads/s   ${reads}`, `  50 writes/s  ${writes}`].join('\n');
    };
    const lasting = (durationMs: number) => {
      const end = performance.now() + durationMs;
      return () => performance.now() > end;
    };
    await readAndWrite(lasting(WARM_UP_MS));
    say(`\nbefore a rebuild\n${await readAndWrite(lasting(Number(options.seconds) * 1_000))}`);
    let isRebuilding = true;
    const during = rebuildInChild(databaseUrl).finally(() => (isRebuilding = false));
    say(`during a rebuild\n${await readAndWrite(() => !isRebuilding)}`);
    await during;
    await pool.end();
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await services.stop();
  }
}
