/**
 * Defaults of a database or a role with another date format, rounded floats, NULL as text or old
 * snapshots: clients and operators get the same answers as without them.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { DatabasePool } from '../../../store/pool.ts';
import { connect as connectGrpc, take } from '../../grpc/client.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { databaseOfOddRole, oddDatabase } from '../../setup/odd-database.ts';
import { type Ask, anOrder, openShop, until } from '../../setup/shop.ts';
import { openReceiver } from '../../workers/receiver.ts';

const PROJECTIONS = ['orders', 'customer_totals', 'daily_sales', 'sales'];
const HOUR = 3_600_000;
const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const price = (amount: number) => ({ amount, currency: 'EUR' });
const lines = [
  { sku: 'KELP-1', name: 'Kelp \\ "dried" \'ä\' – 海', quantity: 3, unit_price: price(450) },
  { sku: 'ROPE-9', name: 'NULL', quantity: 1, unit_price: price(100) },
];
const [first] = lines;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-odd-'));
});
afterAll(() => rm(folder, { recursive: true }));

/**
 * Replaces values that differ in each run: ids by their order, times by their distance from now.
 */
function createScrubber() {
  const started = Date.now();
  const names = new Map<string, string>();
  const nameOf = (kind: string, text: string) => {
    const name = names.get(text) ?? `<${kind} ${names.size + 1}>`;
    names.set(text, name);
    return name;
  };
  /** A time as whole hours from now. */
  const time = (text: string) => {
    const hours = (Date.parse(text) - started) / HOUR;
    return Math.abs(hours - Math.round(hours)) < 0.1 ? `<now + ${Math.round(hours)} h>` : `<WRONG: ${text}>`;
  };
  const today = new Set([started, started + HOUR].map((at) => new Date(at).toISOString().slice(0, 10)));
  return (text: string) =>
    text
      .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:\d{3})?Z/g, time)
      .replaceAll(/\b\d{4}-\d\d-\d\d\b/g, (day) => (today.has(day) ? '<today>' : `<WRONG: ${day}>`))
      .replaceAll(/127\.0\.0\.1:\d+/g, '<host>')
      .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, (id) =>
        nameOf('id', id.replaceAll('-', '')),
      )
      .replaceAll(/\b([a-z]{3})_([0-9a-f]{32})\b/g, (_all, _kind, id: string) => nameOf('id', id))
      .replaceAll(/"(?:next_)?cursor": ?"[^"]+"/g, '<cursor>')
      .replaceAll(/"fingerprint":"[0-9a-f]{64}"/g, '<fingerprint>') // of a request with an order's id
      .replaceAll(/"link":"[0-9a-f]{64}"/g, '<link>') // of events with their ids
      .replaceAll(/"duration_ms":\d+/g, '<duration>')
      .replaceAll(/"delivered_per_second": [\d.]+/g, '<rate>') // of the last seconds
      .replaceAll(/hf_(?:live|test)_\w+/g, '<key>')
      .replaceAll(/whsec_[\w+/=]+/g, '<secret>');
}

/** Definitions of all indexes of read tables, except those of the auditor's tables. */
async function indexesOf(pool: DatabasePool): Promise<string> {
  const rows = await pool.anyFirst(sql.type(z.object({ definition: z.string() }))`
    SELECT pg_get_indexdef(indexrelid) AS definition
      FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
     WHERE relname = ANY (${sql.array(PROJECTIONS, 'text')}) AND relnamespace <> 'holdfast_audit'::regnamespace
     ORDER BY 1`);
  return rows.join('\n');
}

/** Runs the whole life of a shop on a database. @returns all answers, by a name of the request */
async function story(database: TestDatabase): Promise<Record<string, string>> {
  const shop = await openShop({ HOLDFAST_WEBHOOK_LOOPBACK: 'on' }, Date.now, database);
  const scrub = createScrubber();
  const answers: Record<string, string> = {};
  const note = (what: string, text: string) => {
    answers[what] = scrub(text);
  };
  const receiver = await openReceiver();
  const grpc = connectGrpc(shop.grpc, shop.apiKey);
  try {
    /** Sends a request and notes the answer under its name. */
    const ask = async (what: string, path: string, given: Ask = {}) => {
      const answer = await shop.ask(path, given);
      note(what, `${answer.status} ${answer.headers.get('holdfast-recorded-at') ?? ''} ${answer.text}`);
      return answer;
    };
    const endpoint = await ask('endpoint', '/v2/webhook-endpoints', {
      body: { url: receiver.url },
      key: 'hook',
    });
    const hooks = `/v2/webhook-endpoints/${endpoint.json.id}`;
    const body = anOrder({ currency: undefined, lines, metadata: { note: 'back\\slash' } });
    const placed = await ask('placed', '/v2/orders', {
      body,
      key: 'order',
      headers: { traceparent: TRACEPARENT },
    });
    await ask('placed again', '/v2/orders', { body, key: 'order' });
    const order = `/v2/orders/${placed.json.id}`;
    await ask('paid', `${order}/payments`, { body: { amount: placed.json.total }, key: 'pay' });
    const items = [{ line_id: 'line_1', quantity: 2 }];
    await ask('shipped', `${order}/shipments`, { body: { lines: items }, key: 'ship' });
    await ask('returned', `${order}/returns`, { body: { lines: items }, key: 'return' });
    await ask('refunded', `${order}/refunds`, { body: { amount: price(900) }, key: 'refund' });
    const second = await ask('second', '/v1/orders', { body: anOrder(), key: 'second' });
    await ask('cancelled', `/v2/orders/${second.json.id}/cancellation`, { body: {}, key: 'cancel' });
    await ask('batch', '/v2/order-batches', {
      body: {
        orders: [1, 2].map((n) => ({
          idempotency_key: `batch-${n}`,
          order: anOrder({ currency: undefined, customer_id: 'NULL', lines: [{ ...first, quantity: n }] }),
        })),
      },
      key: null,
    });
    const readAfter = String((await shop.ask('/v2/events?limit=100')).json.data.at(-1).position);
    const headers = { 'Holdfast-Read-After': readAfter };
    const from = placed.headers.get('holdfast-recorded-at')!;
    const before = second.headers.get('holdfast-recorded-at')!;
    const query = (text: string) => `/v2/orders?${text}`;
    await ask('all', query('order=asc'), { headers });
    await ask('first page', query('order=asc&limit=2'), { headers });
    await ask('behind the first', query(`order=asc&placed_after=${from}`), { headers });
    await ask('in front of the second', query(`order=asc&placed_before=${before}`), { headers });
    await ask('from an hour ago', query(`placed_after=${new Date(Date.now() - HOUR).toISOString()}`), {
      headers,
    });
    await ask('in an hour', query(`placed_after=${new Date(Date.now() + HOUR).toISOString()}`), { headers });
    await ask('by payment', query('payment_status=partially_refunded'), { headers });
    await ask('by customer', query('customer_id=NULL'), { headers });
    await ask('order', order);
    await ask('order then', `${order}?version=2`);
    await ask('history', `${order}/events`);
    await ask('feed', '/v2/events?limit=100');
    await ask('receipt', '/v2/idempotency-keys/pay');
    await ask('summary', '/v2/customers/cus_1/summary', { headers });
    const day = new Date().toISOString().slice(0, 10);
    await ask('sales', `/v2/daily-sales?since=${day}`, { headers });
    await ask('sales before', '/v2/daily-sales?until=2026-01-31', { headers });

    const { order: fetched } = await grpc.getOrder({ order_id: placed.json.id });
    const instant = new Date(Number(fetched.placed_at.seconds) * 1_000 + fetched.placed_at.nanos / 1e6);
    note('order by gRPC', instant.toISOString());
    const watched = await take(grpc.watchEvents({ after: 0 }), 9);
    const times = watched.map(({ event }) => new Date(event.recorded_at.seconds * 1_000).toISOString());
    note('watched', times.join());

    await until(() => receiver.messages.length >= 9);
    receiver.messages.sort((a, b) => a.json.data.position - b.json.data.position);
    note('delivered', receiver.messages.map(({ text }) => text).join('\n'));
    const { secret } = (await shop.ask(`${hooks}/secret`)).json;
    for (const message of receiver.messages) new Webhook(secret).verify(message.text, message.headers);
    await until(async () => {
      const { json } = await shop.ask(`${hooks}/deliveries?status=delivered`);
      return json.data.length === 9;
    });
    const deliveries = await ask('deliveries', `${hooks}/deliveries?order=asc`);
    await ask('delivery', `${hooks}/deliveries/${deliveries.json.data[0].id}`);
    await ask('rotated', `${hooks}/secret-rotations`, { body: { previous_secret_hours: 5 }, key: 'rotate' });
    await ask('hook', hooks);
    const replay = await ask('replay', `${hooks}/replays`, { body: { after_position: 0 }, key: 'replay' });
    await until(async () => {
      const { json } = await shop.ask(`${hooks}/replays/${replay.json.id}`);
      return json.status === 'finished';
    });
    await ask('replayed', `${hooks}/replays/${replay.json.id}`);

    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await holdfast(args, { DATABASE_URL: database.url });
      expect([args.join(' '), code, stderr]).toEqual([args.join(' '), 0, '']);
      return stdout;
    };
    const rebuilt = PROJECTIONS.map(async (name) => {
      const texts = [
        await run('projections', 'verify', name, '--json'),
        await run('projections', 'rebuild', name, '--json'),
      ];
      note(`rebuilt ${name}`, texts.join(''));
    });
    await Promise.all(rebuilt);
    await ask('all, rebuilt', query('order=asc'), { headers });
    await ask('by payment, rebuilt', query('payment_status=partially_refunded'), { headers });
    await ask('sales, rebuilt', '/v2/daily-sales', { headers });
    note('indexes', await indexesOf(shop.pool));
    await shop.restart(); // flushes the last use of keys
    const tenant = `ten_${shop.tenantId.replaceAll('-', '')}`;
    const [tenants = '', keys = '', webhooks = '', exported = ''] = await Promise.all([
      run('tenants', 'list', '--json'),
      run('keys', 'list', '--tenant', tenant, '--json'),
      run('webhooks', 'status', '--json'),
      run('log', 'export'),
    ]);
    note('tenants', tenants);
    note('keys', keys);
    note('webhooks', webhooks);
    note('export', exported);
    const file = join(folder, `${new URL(database.url).pathname.slice(1)}.ndjson`);
    await writeFile(file, exported);
    answers['file'] = file;
    return answers;
  } finally {
    grpc.close();
    await receiver.close();
    await shop.close();
  }
}

let ordinary: Record<string, string>;
beforeAll(async () => {
  ordinary = await story(await cloneDatabase());
  // Otherwise the comparison below proves nothing.
  expect(JSON.stringify(ordinary)).not.toContain('WRONG');
}, 120_000);

test.each([
  ['a database', () => oddDatabase('SQL, DMY')],
  ['a role that also migrates', () => databaseOfOddRole('German')],
])(
  'odd defaults of %s change no answer to clients and operators',
  async (_owner, open) => {
    const { file = '', ...answers } = await story(await open());
    const { file: _file, ...expected } = ordinary;
    expect(answers).toEqual(expected);

    const target = await open();
    try {
      const env = { DATABASE_URL: target.url };
      expect(await holdfast(['log', 'import', file], env)).toMatchObject({ code: 0, stderr: '' });
      const { stdout } = await holdfast(['log', 'export'], env);
      expect(stdout).toBe(await readFile(file, 'utf8'));
    } finally {
      await target.drop();
    }
  },
  120_000,
);
