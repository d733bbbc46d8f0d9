/** Numbers of a series: in commit order, without a gap and without a double. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { addApiKey } from '../../../store/keys/api-keys.ts';
import { SCOPES } from '../../../store/keys/scopes.ts';
import { type Answer, newApiKey } from '../../setup/shop.ts';
import { anOrder, kelp, openOrders, outcome } from './shop-orders.ts';

const { ask, place, shop } = openOrders();

const PLACEMENTS_COUNT = 200;

test('two hundred concurrent placements over two keys each get one number of 1 to N', async () => {
  const { tenantId, apiKey } = await shop().addTenant();
  const other = newApiKey();
  await addApiKey(shop().pool, { tenantId, key: other, name: 'till', scopes: SCOPES });
  const orders = Array.from({ length: PLACEMENTS_COUNT }, (_, n) => ({
    key: `storm-${n}`,
    apiKey: n % 2 === 0 ? apiKey : other,
    // Every tenth is refused: its lines do not add up.
    body: anOrder({ series: 'S-', ...(n % 10 === 9 && { lines: [{ ...kelp, quantity: 0 }] }) }),
  }));
  /** As a client does: an overloaded server gets the same request again. */
  async function insist(order: (typeof orders)[number]): Promise<Answer> {
    for (;;) {
      const answer = await ask('/v2/orders', order);
      if (answer.status !== 503) return answer;
      await delay(50);
    }
  }
  // Each twice at once, so that repeats meet their first run.
  const answers = await Promise.all([...orders, ...orders].map(insist));
  const placed = answers.filter(({ status }) => status === 201);
  expect(placed).toHaveLength(2 * PLACEMENTS_COUNT * 0.9);
  const numbers = new Map(placed.map(({ json }) => [json.id as string, json.number as string]));
  expect(numbers.size).toBe(PLACEMENTS_COUNT * 0.9);
  const counts = [...numbers.values()].map((number) => Number(number.slice('S-'.length)));
  const first = Math.min(...counts);
  expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from(counts, (_, n) => first + n));

  // In the order of the log.
  const inLog: string[] = [];
  for (let cursor = ''; ;) {
    const { json } = await ask(`/v2/events?limit=100${cursor}`, { apiKey });
    for (const { order_id, data } of json.data) {
      expect(data.number).toBe(numbers.get(order_id));
      inLog.push(data.number);
    }
    if (!json.has_more) break;
    cursor = `&cursor=${json.next_cursor}`;
  }
  expect(inLog).toEqual(Array.from(inLog, (_, n) => `S-${first + n}`));
}, 60_000);

test('a series starts at 1001, and each tenant and each series counts alone', async () => {
  const numberOf = async (series: string, apiKey = shop().apiKey) =>
    (await place({ series }, { apiKey })).json.number;
  expect([await numberOf('W-'), await numberOf('W-'), await numberOf('X/')]).toEqual([
    'W-1001',
    'W-1002',
    'X/1001',
  ]);
  const { apiKey } = await shop().addTenant();
  expect(await numberOf('W-', apiKey)).toBe('W-1001');
});

test('a refused, a repeated and a taken placement leave no gap', async () => {
  const series = 'G-';
  const first = await place({ series, reference: 'g-1' }, { key: 'gap-1' });
  expect(outcome(await place({ series, reference: 'g-1' }))).toBe('409 order_reference_taken');
  expect(outcome(await place({ series, number: 'own' }))).toBe('422 invalid_body');
  expect(outcome(await place({ series, stated: { total: kelp.unit_price } }))).toBe('422 totals_disagree');
  const again = await place({ series, reference: 'g-1' }, { key: 'gap-1' });
  expect(again.text).toBe(first.text);
  expect((await place({ series })).json.number).toBe('G-1002');
});

test('a batch takes numbers in its sequence, and its bad items take none', async () => {
  const orders = Array.from({ length: 9 }, (_, n) => ({
    idempotency_key: `series-batch-${n}`,
    order: anOrder({ series: 'B-', ...(n % 3 === 1 && { tags: [''] }) }),
  }));
  const { json } = await ask('/v2/order-batches', { body: { orders }, key: null });
  const numbers = json.data.map(({ order }: { order?: { number: string } }) => order?.number);
  const [a, b, c, d, e, f] = [1001, 1002, 1003, 1004, 1005, 1006].map((count) => `B-${count}`);
  const no = undefined;
  expect(numbers.filter((number: string | undefined) => number !== no).toSorted()).toEqual([
    a,
    b,
    c,
    d,
    e,
    f,
  ]);
  expect(json.data.map(({ status }: { status: number }) => status)).toEqual(
    orders.map((_, n) => (n % 3 === 1 ? 422 : 201)),
  );
});
