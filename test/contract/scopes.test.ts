/** The sufficient scopes of each operation, in both versions. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { loadSpec } from '../../api/contract/spec.ts';
import { EDITIONS } from '../../api/editions.ts';
import { addApiKey, hashApiKey } from '../../store/keys/api-keys.ts';
import { newKey } from '../../store/keys/new-key.ts';
import { PRESETS, SCOPES, type Scope, expandScopes, shortenScopes } from '../../store/keys/scopes.ts';
import { type Shop, anOrder, openShop } from '../setup/shop.ts';
import { type Scene, createScene, goodRequest } from './scene.ts';

/** The scope of each operation, and the sum that contains it. */
const NEEDED: Record<string, Scope[]> = {
  placeOrder: ['orders:place', 'orders:write'],
  placeOrders: ['orders:place', 'orders:write'],
  updateOrder: ['orders:update', 'orders:write'],
  recordPayment: ['payments:write', 'orders:write'],
  recordShipment: ['shipments:write', 'orders:write'],
  recordReturn: ['returns:write', 'orders:write'],
  recordRefund: ['refunds:write', 'orders:write'],
  cancelOrder: ['cancellations:write', 'orders:write'],
  completeOrder: ['completions:write', 'orders:write'],
  recordAuthorization: ['payments:write', 'orders:write'],
  voidAuthorization: ['payments:write', 'orders:write'],
  reversePayment: ['payments:write', 'orders:write'],
  editOrder: ['edits:write', 'orders:write'],
  placeHold: ['holds:write', 'orders:write'],
  releaseHold: ['holds:write', 'orders:write'],
  listAuthorizations: ['orders:read'],
  getAuthorization: ['orders:read'],
  listEdits: ['orders:read'],
  getEdit: ['orders:read'],
  listHolds: ['orders:read'],
  getHold: ['orders:read'],
  listOrders: ['orders:read'],
  getOrder: ['orders:read'],
  getOrderBalance: ['orders:read'],
  listPayments: ['orders:read'],
  getPayment: ['orders:read'],
  listShipments: ['orders:read'],
  getShipment: ['orders:read'],
  listReturns: ['orders:read'],
  getReturn: ['orders:read'],
  listRefunds: ['orders:read'],
  getRefund: ['orders:read'],
  getCancellation: ['orders:read'],
  getCompletion: ['orders:read'],
  listOrderEvents: ['events:read', 'orders:read'],
  listEvents: ['events:read', 'orders:read'],
  getReceipt: ['receipts:read', 'orders:read'],
  getCustomerSummary: ['sales:read', 'orders:read'],
  listDailySales: ['sales:read', 'orders:read'],
  createWebhookEndpoint: ['endpoints:write', 'webhooks:write'],
  updateWebhookEndpoint: ['endpoints:write', 'webhooks:write'],
  deleteWebhookEndpoint: ['endpoints:write', 'webhooks:write'],
  listWebhookEndpoints: ['webhooks:read'],
  getWebhookEndpoint: ['webhooks:read'],
  getWebhookSecret: ['secrets:read', 'webhooks:write'],
  rotateWebhookSecret: ['secrets:write', 'webhooks:write'],
  listWebhookDeliveries: ['webhooks:read'],
  getWebhookDelivery: ['webhooks:read'],
  redeliverWebhook: ['deliveries:write', 'webhooks:write'],
  createWebhookReplay: ['deliveries:write', 'webhooks:write'],
  getWebhookReplay: ['webhooks:read'],
  erasePersonalData: ['customers:erase'],
};

/** Operations that send orders to a URL. They need this scope besides. */
const NEEDED_BESIDES: Record<string, Scope> = {
  createWebhookEndpoint: 'orders:read',
  updateWebhookEndpoint: 'orders:read',
  redeliverWebhook: 'orders:read',
  createWebhookReplay: 'orders:read',
};

let shop: Shop;
let scene: Scene;
let names = 0;
/** Keys of one tenant, each with a single scope. */
const keys = new Map<Scope, string>();

async function keyWith(...scopes: Scope[]): Promise<string> {
  const { key } = newKey('test');
  await addApiKey(shop.pool, { tenantId: shop.tenantId, key, name: `scopes ${names++}`, scopes });
  return key;
}

beforeAll(async () => {
  shop = await openShop();
  scene = await createScene(shop);
  for (const scope of SCOPES) keys.set(scope, await keyWith(scope));
});
afterAll(() => shop.close());

describe.each(
  EDITIONS.map(({ name }) => loadSpec(name)).flatMap(({ name, operations }) =>
    operations.map((operation) => [`${name} ${operation.id}`, operation] as const),
  ),
)('%s', (_id, operation) => {
  test('accepts only a key with its scope, or with the sum that contains it', async () => {
    const { path, ask } = await goodRequest(operation, scene);
    const answers = await Promise.all(
      [...keys].map(async ([scope, apiKey]) => {
        // Refused after the scope check, so that nothing takes effect.
        const { status, json } = await shop.ask(`${path}?surprise=1`, { ...ask, apiKey });
        return [scope, status, status === 403 ? json.detail : json.code];
      }),
    );
    const needed = NEEDED[operation.id] ?? [];
    const besides = NEEDED_BESIDES[operation.id];
    const accepted = (scope: Scope) =>
      besides === undefined
        ? [scope, 400, 'invalid_parameter']
        : [scope, 403, `This call needs the scope ${besides}.`];
    expect(answers).toEqual(
      SCOPES.map((scope) =>
        needed.includes(scope) ? accepted(scope) : [scope, 403, `This call needs the scope ${needed[0]}.`],
      ),
    );
    if (besides === undefined) return;
    for (const scope of needed) {
      const apiKey = await keyWith(scope, besides);
      const { status, json } = await shop.ask(`${path}?surprise=1`, { ...ask, apiKey });
      expect([status, json.code]).toEqual([400, 'invalid_parameter']);
    }
  });
});

test('a batch without the scope for placing is refused before its orders are read', async () => {
  const batch = { orders: [{ idempotency_key: 'b-1', order: anOrder() }] };
  const { status } = await shop.ask('/v1/order-batches', {
    body: batch,
    apiKey: keys.get('payments:write')!,
  });
  expect(status).toBe(403);
  const placed = await shop.ask('/v1/order-batches', { body: batch, apiKey: keys.get('orders:place')! });
  expect([placed.status, placed.json.data[0].status]).toEqual([207, 201]);
});

describe('the presets', () => {
  const WRITES: [noun: string, body: object, ...presets: string[]][] = [
    ['payments', { amount: 900 }, 'accountant'],
    ['shipments', { lines: [{ line_id: 'line_1', quantity: 1 }] }, 'warehouse'],
    ['returns', { lines: [{ line_id: 'line_1', quantity: 1 }] }, 'warehouse'],
    ['refunds', { amount: 1 }, 'accountant'],
    ['completion', {}, 'warehouse'],
    ['cancellation', {}, 'storefront'],
  ];

  test.each(Object.keys(PRESETS))(
    'the key of a %s may call its own operations and no others',
    async (preset) => {
      const apiKey = await keyWith(...PRESETS[preset]!);
      const placed = await shop.ask('/v1/orders', { body: anOrder(), apiKey });
      expect(placed.status).toBe(preset === 'storefront' ? 201 : 403);
      const order = (await shop.ask('/v1/orders', { body: anOrder() })).json.id;
      for (const [noun, body, ...presets] of WRITES) {
        const ask = { body, key: `${preset}-${noun}` };
        const { status, json } = await shop.ask(`/v1/orders/${order}/${noun}`, { ...ask, apiKey });
        if (presets.includes(preset)) expect([noun, status]).not.toEqual([noun, 403]);
        else expect([noun, status, json.code]).toEqual([noun, 403, 'scope_missing']);
        // Another key does it, so that the state of the order allows the next command.
        await shop.ask(`/v1/orders/${order}/${noun}`, ask);
      }
      expect((await shop.ask(`/v1/orders/${order}`, { apiKey })).status).toBe(200);
      expect((await shop.ask('/v1/webhook-endpoints', { apiKey })).status).toBe(403);
    },
  );

  test("a storefront's key cannot refund, a warehouse's cannot record payments", () => {
    expect(expandScopes(PRESETS['storefront']!)).not.toContain('refunds:write');
    expect(expandScopes(PRESETS['warehouse']!)).not.toContain('payments:write');
  });
});

/** Scopes of operations that v1 does not have. */
const ONLY_IN_V2: readonly Scope[] = ['customers:erase', 'edits:write', 'holds:write'];

test.each<[string, readonly Scope[]]>([
  ['v1', ONLY_IN_V2],
  ['v2', []],
])('%s documents the scopes of the code', (name, lacking) => {
  const known = (scopes: readonly string[]) => scopes.filter((scope) => !lacking.includes(scope as Scope));
  const { components } = loadSpec(name).document as {
    components: { securitySchemes: { apiKey: { 'x-scopes': Record<string, Scope[]> } } };
  };
  const documented = components.securitySchemes.apiKey['x-scopes'];
  expect([...Object.keys(documented), ...Object.values(documented).flat()]).toEqual(known(SCOPES));
  for (const [sum, parts] of Object.entries(documented))
    expect(known([...expandScopes([sum])])).toEqual([sum, ...parts]);
});

describe('the stored scopes of a key', () => {
  test('all scopes are stored as sums, which include later scopes', () => {
    expect(shortenScopes(SCOPES)).toEqual([
      'orders:read',
      'orders:write',
      'webhooks:read',
      'webhooks:write',
      'customers:erase',
    ]);
  });

  test('fit into a row, for the longest list that no sum shortens', async () => {
    const parts = SCOPES.filter((scope) => expandScopes([scope]).size === 1);
    expect(shortenScopes(parts)).toEqual(parts);
    await expect(keyWith(...parts)).resolves.toMatch(/^hf_/);
  });

  test('ignore a scope that this release does not know', async () => {
    const key = await keyWith('sales:read');
    await shop.pool.query(sql.unsafe`
      UPDATE api_keys SET scopes = '{constructor,orders:read}' WHERE key_hash = ${sql.binary(hashApiKey(key))}`);
    expect((await shop.ask('/v1/orders', { apiKey: key })).status).toBe(200);
    expect((await shop.ask('/v1/orders', { body: anOrder(), apiKey: key })).status).toBe(403);
  });
});
