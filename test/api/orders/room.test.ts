/** An order that notes have filled: what moves money and goods still works, in both versions. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { aLargeOrder } from '../../setup/large-order.ts';
import { type Shop, anOrder, openShop } from '../../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ HOLDFAST_CONTRACT_JUDGE: 'off' });
});
afterAll(() => shop.close());

async function fillWithPatches(path: string, metadata: (n: number) => Record<string, string>) {
  for (let version = Number((await shop.ask(path)).json.version); ; version += 1) {
    const { status, json } = await shop.ask(path, {
      method: 'PATCH',
      body: { metadata: metadata(version) },
      headers: { 'If-Match': `"${version}"`, 'Content-Type': 'application/merge-patch+json' },
    });
    if (status !== 200) return { version, status, problem: json };
  }
}

const bytesOf = (path: string) =>
  shop.pool.oneFirst(sql.type(z.object({ bytes: z.int() }))`
    SELECT sum(octet_length(data::text))::int AS bytes
      FROM events
     WHERE order_id = ${path.split('/').at(-1)!.slice('ord_'.length)}`);

describe.each(['v1', 'v2'] as const)('%s', (edition) => {
  const amountOf = (amount: number) => (edition === 'v1' ? amount : { amount, currency: 'EUR' });
  const placed = async () => {
    const body =
      edition === 'v1'
        ? anOrder()
        : {
            customer_id: 'cus_1',
            lines: [{ sku: 'A', name: 'a', quantity: 2, unit_price: { amount: 500, currency: 'EUR' } }],
          };
    const { json, status } = await shop.ask(`/${edition}/orders`, { body });
    expect(status).toBe(201);
    const total = edition === 'v1' ? json.total : json.total.amount;
    return { path: `/${edition}/orders/${json.id}`, total, lines: json.lines };
  };

  test('patches end at 500 events; the payment, its refund and the cancellation do not', async () => {
    const { path, total } = await placed();
    const { version, status, problem } = await fillWithPatches(path, (n) => ({ n: String(n) }));
    expect([version, status, problem.code, problem.retry]).toEqual([500, 422, 'order_history_full', 'never']);
    expect(problem.detail).toContain('All that moves money or goods still works');
    const record = async (noun: string, body: object) =>
      expect([noun, (await shop.ask(`${path}/${noun}`, { body })).status]).toEqual([noun, 201]);
    await record('payments', { amount: amountOf(total) });
    await record('refunds', { amount: amountOf(1) });
    await record('cancellation', {});
    await record('refunds', { amount: amountOf(total - 1) });
    expect((await shop.ask(path)).json.version).toBe(504);
    const pages = await shop.ask(`${path}/events?limit=100`);
    expect(pages.json.data).toHaveLength(100);
  }, 120_000);

  test('patches end at 2 MiB of events; a shipment and its return do not', async () => {
    const { path, total, lines } = await placed();
    const large = aLargeOrder(0)['metadata' as never] as Record<string, string>;
    const { version, problem } = await fillWithPatches(path, () => large);
    expect(problem.code).toBe('order_history_full');
    expect(problem.detail).toContain('bytes');
    expect(version).toBeLessThan(100);
    expect(await bytesOf(path)).toBeLessThan(2.2 * 1024 * 1024);
    const pieces = [{ line_id: lines[0].id, quantity: 1 }];
    const record = async (noun: string, body: object) =>
      expect([noun, (await shop.ask(`${path}/${noun}`, { body })).status]).toEqual([noun, 201]);
    await record('payments', { amount: amountOf(total) });
    await record('shipments', { lines: pieces });
    await record('returns', { lines: pieces });
    await record('refunds', { amount: amountOf(total) });
  }, 120_000);
});
