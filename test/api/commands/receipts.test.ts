/**
 * Receipts of each kind of write: a key whose write took effect always has one.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { type Answer, type Ask, type Shop, anOrder, openShop, until } from '../../setup/shop.ts';
import { connect } from '../../grpc/client.ts';

let shop: Shop;
beforeAll(async () => {
  // No deliveries, so that no endpoint changes by itself.
  shop = await openShop({ HOLDFAST_ROLES: 'api,projector,relay' });
});
afterAll(() => shop.close());

const receiptOf = (key: string, ask: Ask = {}, version = 'v2') =>
  shop.ask(`/${version}/idempotency-keys/${encodeURIComponent(key)}`, ask);

const patch = { 'Content-Type': 'application/merge-patch+json', 'If-Match': '*' };
const url = 'https://receiver.invalid/events';

/** Each webhook write, under its own key, with its answer. */
async function writeAll(
  version: string,
): Promise<[operation: string, endpoint: string, key: string, Answer][]> {
  const list = `/${version}/webhook-endpoints`;
  const done: [string, string, string, Answer][] = [];
  const write = async (operation: string, path: string, ask: Ask) => {
    const key = `${version}-${operation}`;
    const answer = await shop.ask(path, { ...ask, key });
    expect([operation, Math.floor(answer.status / 100)]).toEqual([operation, 2]);
    done.push([operation, /whe_\w+/.exec(path)?.[0] ?? answer.json.id, key, answer]);
    return answer;
  };
  const { json } = await write('createWebhookEndpoint', list, { body: { url } });
  const endpoint = `${list}/${json.id}`;
  await shop.ask('/v1/orders', { body: anOrder() });
  const deliveries = async () => (await shop.ask(`${endpoint}/deliveries`)).json.data;
  await until(async () => (await deliveries()).length > 0);
  const [{ id }] = await deliveries();
  await write('updateWebhookEndpoint', endpoint, {
    method: 'PATCH',
    body: { description: 'x' },
    headers: patch,
  });
  await write('rotateWebhookSecret', `${endpoint}/secret-rotations`, { body: {} });
  await write('redeliverWebhook', `${endpoint}/deliveries/${id}/redelivery`, { method: 'POST' });
  await write('createWebhookReplay', `${endpoint}/replays`, { body: { after_position: 0 } });
  await write('deleteWebhookEndpoint', endpoint, { method: 'DELETE' });
  return done;
}

describe.each(['v1', 'v2'])('in %s the key of a webhook write', (version) => {
  test('has a receipt with the operation and its first answer', async () => {
    const writes = await writeAll(version);
    expect(writes).toHaveLength(6);
    for (const [operation, endpoint_id, key, { status, json, headers }] of writes) {
      const receipt = await receiptOf(key, {}, version);
      const write = {
        operation,
        endpoint_id,
        recorded_at: expect.stringMatching(/^20.*Z$/),
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        status,
        location: headers.get('location'),
        answer: json ?? null,
      };
      const { recorded_at, fingerprint } = write;
      const nothing = { order_id: null, version: null, event: null };
      expect([operation, receipt.status, receipt.json]).toEqual([
        operation,
        200,
        { idempotency_key: key, recorded_at, fingerprint, status, ...nothing, webhook_write: write },
      ]);
      expect(receipt.headers.get('holdfast-position')).toBeNull();
      expect(receipt.text).not.toContain('whsec_');
      expect((await receiptOf(`"${key}"`, {}, version)).json).toEqual(receipt.json);
    }
    // The previous release stored the answers alone.
    const before = await Promise.all(writes.map(([, , key]) => receiptOf(key, {}, version)));
    await shop.pool.query(
      sql.unsafe`UPDATE webhook_commands SET answer = (answer::jsonb - 'operation' - 'endpoint_id')::json`,
    );
    for (const [index, [operation, , key]] of writes.entries()) {
      const { json } = await receiptOf(key, {}, version);
      const expected = structuredClone(before[index]!.json);
      if (operation === 'deleteWebhookEndpoint') expected.webhook_write.endpoint_id = null;
      expect(json).toEqual(expected);
    }
  });
});

test('a client that lost the answer of a rotation reads the current secret from the receipt', async () => {
  const { json } = await shop.ask('/v2/webhook-endpoints', { body: { url } });
  const path = `/v2/webhook-endpoints/${json.id}`;
  const old = (await shop.ask(`${path}/secret`)).json.secret;
  expect((await receiptOf('lost-rotation')).json.code).toBe('idempotency_key_not_found');
  await shop.ask(`${path}/secret-rotations`, { body: {}, key: 'lost-rotation' });
  const { status, webhook_write: write } = (await receiptOf('lost-rotation')).json;
  expect([status, write.operation]).toEqual([201, 'rotateWebhookSecret']);
  const { secret, previous_secret, previous_secret_expires_at } = (await shop.ask(write.location)).json;
  expect([secret === old, previous_secret]).toEqual([false, old]);
  expect(previous_secret_expires_at).toBe(write.answer.previous_secret_expires_at);
});

test('a key of both an order command and a webhook write has both in its receipt', async () => {
  const order = await shop.ask('/v1/orders', { body: anOrder(), key: 'both' });
  const alone = await receiptOf('both');
  expect(alone.json).toMatchObject({ order_id: order.json.id, status: 201 });
  expect(alone.text).not.toContain('webhook_write');
  const endpoint = await shop.ask('/v2/webhook-endpoints', { body: { url }, key: 'both' });
  const { webhook_write: write, ...ofOrder } = (await receiptOf('both')).json;
  expect(ofOrder).toEqual(alone.json);
  expect(write).toMatchObject({ operation: 'createWebhookEndpoint', answer: endpoint.json });
  // Each repeat still gets its first answer.
  expect((await shop.ask('/v1/orders', { body: anOrder(), key: 'both' })).text).toBe(order.text);
  expect((await shop.ask('/v2/webhook-endpoints', { body: { url }, key: 'both' })).text).toBe(endpoint.text);
});

test('keys of batch items and of gRPC calls have receipts', async () => {
  const orders = [{ idempotency_key: 'of-a-batch', order: anOrder() }];
  const batch = await shop.ask('/v1/order-batches', { body: { orders } });
  expect((await receiptOf('of-a-batch')).json.order_id).toBe(batch.json.data[0].order.id);
  const client = connect(shop.grpc, shop.apiKey);
  const { order } = await client.placeOrder({ idempotency_key: 'of-grpc', order: anOrder() });
  client.close();
  expect((await receiptOf('of-grpc')).json).toMatchObject({ order_id: order.id, status: 201 });
});

test('a refused write leaves its key without a receipt', async () => {
  const { status } = await shop.ask('/v2/webhook-endpoints', {
    body: { url: 'https://127.0.0.1/' },
    key: 'refused',
  });
  expect(status).toBe(422);
  expect((await receiptOf('refused')).json.code).toBe('idempotency_key_not_found');
});

test('a receipt shows a webhook write only to keys with a webhook scope; other keys see that it exists', async () => {
  const { addApiKey } = await import('../../../store/keys/api-keys.ts');
  const { newApiKey } = await import('../../setup/shop.ts');
  const keyWith = async (...scopes: ('orders:read' | 'webhooks:read' | 'webhooks:write')[]) => {
    const key = newApiKey();
    await addApiKey(shop.pool, { tenantId: shop.tenantId, key, name: scopes.join(), scopes });
    return key;
  };
  await shop.ask('/v2/webhook-endpoints', { body: { url }, key: 'webhooks-alone' });
  await shop.ask('/v2/webhook-endpoints', { body: { url }, key: 'webhooks-and-order' });
  await shop.ask('/v1/orders', { body: anOrder(), key: 'webhooks-and-order' });
  const without = await keyWith('orders:read');
  for (const apiKey of [
    await keyWith('orders:read', 'webhooks:read'),
    await keyWith('orders:read', 'webhooks:write'),
  ]) {
    expect((await receiptOf('webhooks-alone', { apiKey })).json.webhook_write.answer.url).toBe(url);
    expect((await receiptOf('webhooks-and-order', { apiKey })).json.webhook_write.answer.url).toBe(url);
  }
  const denied = await receiptOf('webhooks-alone', { apiKey: without });
  expect([denied.status, denied.json.code]).toEqual([403, 'scope_missing']);
  expect(denied.json.detail).toContain('took effect');
  const ofOrder = await receiptOf('webhooks-and-order', { apiKey: without });
  expect([ofOrder.status, ofOrder.json.webhook_write]).toEqual([200, undefined]);
  const { apiKey: stranger } = await shop.addTenant();
  expect((await receiptOf('webhooks-alone', { apiKey: stranger })).json.code).toBe(
    'idempotency_key_not_found',
  );
});
