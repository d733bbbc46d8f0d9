/** bench:growth fills a log by SQL. What it fills is what the projections would have made. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { fill } from '../../loadtest/growth/fill.ts';
import { EVENTS_PER_ORDER, orderOf, placeTemplate } from '../../loadtest/growth/template.ts';
import { apiKey } from '../../loadtest/kit/order-request.ts';
import { rebuild } from '../../projections/rebuild/rebuild.ts';
import { PROJECTIONS } from '../../projections/registry.ts';
import { addApiKey } from '../../store/keys/api-keys.ts';
import { SCOPES } from '../../store/keys/scopes.ts';
import { cloneDatabase } from '../setup/database.ts';
import { type Shop, openShop } from '../setup/shop.ts';

/** Over an hour of events: several quarters of an hour have sales. */
const ORDERS = 1_300;
let shop: Shop;
let database: Client;

beforeAll(async () => {
  // The filling keeps temporary tables, which a pooler in transaction mode would lose.
  shop = await openShop({}, Date.now, await cloneDatabase({ isDirect: true }));
  await addApiKey(shop.pool, { tenantId: shop.tenantId, key: apiKey, name: 'growth', scopes: SCOPES });
  database = new Client({ connectionString: shop.database.url });
  await database.connect();
  await placeTemplate(Number(new URL(shop.url).port), database);
  await fill(database, ORDERS);
});

afterAll(async () => {
  await database.end();
  await shop.close();
});

test.each(PROJECTIONS)('$name has the rows that a rebuild makes of the log', async (projection) => {
  const found = await rebuild(shop.pool, projection, { onProgress: () => {} });
  expect(found).toMatchObject({ missing: 0, surplus: 0, different: 0 });
});

test('a request of the log is answered as a replay, and the next one is appended behind it', async () => {
  const { rows } = await database.query<{ key: string }>(
    'SELECT idempotency_key AS key FROM events WHERE position = $1',
    [EVENTS_PER_ORDER * 699 + 1],
  );
  const key = rows[0]!.key;
  const replay = await shop.ask('/v1/orders', { key, body: orderOf(700) });
  expect(replay.headers.get('idempotent-replayed')).toBe('true');
  const next = await shop.ask('/v1/orders', { body: orderOf(1) });
  expect(next.headers.get('holdfast-position')).toBe(String(ORDERS * EVENTS_PER_ORDER + 1));
});

test('lists and receipts read it', async () => {
  const page = await shop.ask('/v2/orders?limit=20&customer_id=cus_700');
  expect(page.json.data).toHaveLength(1);
});
