/** A text that a person writes may have several lines. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const SEVERAL_LINES = 'Left with the neighbour.\nShe signed.';
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const piece = [{ line_id: 'line_1', quantity: 1 }];

const ship = ['shipments', { lines: piece }] as const;
const pay = ['payments', { amount: eur(450) }] as const;

describe('line breaks are accepted, and both versions show them', () => {
  test.each([
    ['completions', 'note', [pay, ship], 'completion', {}],
    ['returns', 'reason', [pay, ship], 'returns', { lines: piece }],
    ['refunds', 'reason', [pay], 'refunds', { amount: eur(450) }],
    ['cancellations', 'reason', [], 'cancellation', {}],
    ['edits', 'reason', [], 'edits', { cancel: piece }],
    ['holds', 'reason', [], 'holds', {}],
  ] as const)('%s, in the %s', async (_records, name, before, noun, body) => {
    const { json: order } = await shop.ask('/v2/orders', {
      body: { lines: [{ name: 'Kelp, dried', quantity: 1, unit_price: eur(450) }] },
    });
    for (const [path, command] of before)
      expect((await shop.ask(`/v2/orders/${order.id}/${path}`, { body: command })).status).toBe(201);
    const { status, json } = await shop.ask(`/v2/orders/${order.id}/${noun}`, {
      body: { ...body, [name]: SEVERAL_LINES },
    });
    expect([status, json[name]]).toEqual([201, SEVERAL_LINES]);
    for (const version of ['v1', 'v2'])
      expect((await shop.ask(`/${version}/orders/${order.id}/events`)).status).toBe(200);
  });
});

test('version 1 refuses them as before', async () => {
  const { json: order } = await shop.ask('/v2/orders', {
    body: { lines: [{ name: 'Kelp, dried', quantity: 1, unit_price: eur(450) }] },
  });
  const { status, json } = await shop.ask(`/v1/orders/${order.id}/cancellation`, {
    body: { reason: SEVERAL_LINES },
  });
  expect([status, json.errors[0].pointer]).toEqual([422, '/reason']);
});
