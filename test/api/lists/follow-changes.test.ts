/** To follow changes, as docs/finding.md says. */
import { expect, test } from '@jest/globals';
import { openShop } from '../../setup/shop.ts';

const LIMIT = 4;

test('finds each order of a batch, although many have the same updated_at', async () => {
  const shop = await openShop();
  let placed = 0;
  const place = async (count: number): Promise<string> => {
    const orders = Array.from({ length: count }, () => ({
      idempotency_key: `follow-${(placed += 1)}`,
      order: { lines: [{ name: 'Kelp', quantity: 1, unit_price: { amount: 450, currency: 'EUR' } }] },
    }));
    const { json } = await shop.ask('/v2/order-batches', { body: { orders }, key: null });
    return String(Math.max(...json.data.map(({ position }: { position: number }) => position)));
  };

  const found = new Set<string>();
  /** Walks all pages. Returns where the next walk begins: a millisecond before the last change. */
  const walk = async (after: string, position: string): Promise<string> => {
    let [cursor, last]: [string | null, string] = [null, after];
    do {
      const more: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { json } = await shop.ask(`/v2/orders?limit=${LIMIT}&updated_after=${after}${more}`, {
        headers: { 'Holdfast-Read-After': position },
      });
      for (const { id, updated_at } of json.data) {
        found.add(id);
        last = updated_at;
      }
      cursor = json.next_cursor;
    } while (cursor !== null);
    return new Date(Date.parse(last) - 1).toISOString();
  };

  let after = '2026-01-01T00:00:00.000Z';
  for (const count of [30, 1, 20]) {
    after = await walk(after, await place(count));
    expect(found.size).toBe(placed);
  }
  await shop.close();
});
