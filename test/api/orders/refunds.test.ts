/** Refunds that say what they are for: pieces, charges, an adjustment, a payment. */
import { describe, expect, test } from '@jest/globals';
import { eur, kelp, openOrders, outcome, pieces, pointersOf } from './shop-orders.ts';

const { ask, placed, act, read } = openOrders();

/** Three pieces for 100 with 20 tax on top, and shipping of 500. */
const shipment = {
  lines: [{ ...kelp, quantity: 3, unit_price: eur(30), discount: eur(10), tax: eur(20) }],
  charges: [{ kind: 'shipping', price: eur(500) }],
};
const paid = () => placed(shipment, ['payments', { amount: eur(600) }]);
const shipped = () =>
  placed(shipment, ['payments', { amount: eur(600) }], ['shipments', { lines: pieces(3) }]);

describe('the pieces of a line', () => {
  test('are refunded one by one, and the last one brings the rest', async () => {
    const order = await shipped();
    for (const amount of [33, 33, 34]) {
      const answer = await act(order, 'refunds', { amount: eur(amount), lines: pieces(1) });
      expect([answer.status, answer.json.lines]).toEqual([
        201,
        [{ line_id: 'line_1', quantity: 1, amount: eur(amount) }],
      ]);
    }
    expect(await read(order)).toMatchObject({
      amount_refunded: eur(100),
      amount_adjusted: eur(100),
      amount_due: eur(0),
      payment_status: 'partially_refunded',
    });
    const more = await act(order, 'refunds', { amount: eur(33), lines: pieces(1) });
    expect([outcome(more), pointersOf(more)]).toEqual(['409 refund_exceeds_line', ['/lines/0/quantity']]);
  });

  test('must have the computed amount', async () => {
    const answer = await act(await shipped(), 'refunds', { amount: eur(34), lines: pieces(1) });
    expect([outcome(answer), answer.json.errors]).toEqual([
      '422 totals_disagree',
      [{ pointer: '/amount/amount', detail: 'must be 33, the sum of its parts' }],
    ]);
  });

  test('that are open must be cancelled or shipped first', async () => {
    const order = await paid();
    const body = { amount: eur(33), lines: pieces(1) };
    const early = await act(order, 'refunds', body);
    expect([outcome(early), early.json.retry]).toEqual(['409 refund_of_open_pieces', 'after_change']);
    await act(order, 'edits', { cancel: pieces(1) });
    expect(outcome(await act(order, 'refunds', body))).toBe('201');
    expect(await read(order)).toMatchObject({ amount_cancelled: eur(33), amount_due: eur(0) });
  });

  test('that came back are refunded without a further reduction', async () => {
    const order = await shipped();
    await act(order, 'returns', { lines: pieces(2) });
    expect(await read(order)).toMatchObject({ amount_returned: eur(66), amount_due: eur(0) });
    await act(order, 'refunds', { amount: eur(66), lines: pieces(2) });
    expect(await read(order)).toMatchObject({
      amount_adjusted: eur(0),
      amount_refunded: eur(66),
      payment_status: 'partially_refunded',
      lines: [{ quantity_returned: 2, quantity_shipped: 3 }],
    });
  });
});

describe('a charge', () => {
  test('is refunded up to its amount', async () => {
    const order = await shipped();
    const refund = (amount: number) =>
      act(order, 'refunds', {
        amount: eur(amount),
        charges: [{ charge_id: 'charge_1', amount: eur(amount) }],
      });
    expect((await refund(300)).json.charges).toEqual([{ charge_id: 'charge_1', amount: eur(300) }]);
    const over = await refund(201);
    expect([outcome(over), pointersOf(over)]).toEqual([
      '409 refund_exceeds_line',
      ['/charges/0/amount/amount'],
    ]);
    expect(outcome(await refund(200))).toBe('201');
  });

  test('that the order does not have is refused', async () => {
    const answer = await act(await shipped(), 'refunds', {
      amount: eur(1),
      charges: [{ charge_id: 'charge_2', amount: eur(1) }],
    });
    expect([outcome(answer), pointersOf(answer)]).toEqual(['422 invalid_body', ['/charges/0/charge_id']]);
  });
});

test('all parts of a refund sum to its amount, and its document has them', async () => {
  const order = await shipped();
  const made = await act(order, 'refunds', {
    amount: eur(33 + 500 + 7),
    lines: pieces(1),
    charges: [{ charge_id: 'charge_1', amount: eur(500) }],
    adjustment: eur(7),
    provider: 'stripe',
    reference: 're_1',
    reason: 'damaged',
    refunded_at: '2026-03-14T09:26:53Z',
  });
  const [{ id: payment_id }] = (await ask(`/v2/orders/${order}/payments`)).json.data;
  expect(made.json).toEqual({
    id: expect.stringMatching(/^ref_/),
    order_id: order,
    amount: eur(540),
    lines: [{ line_id: 'line_1', quantity: 1, amount: eur(33) }],
    charges: [{ charge_id: 'charge_1', amount: eur(500) }],
    adjustment: eur(7),
    payments: [{ payment_id, amount: eur(540) }],
    provider: 'stripe',
    reference: 're_1',
    reason: 'damaged',
    refunded_at: '2026-03-14T09:26:53.000Z',
  });
  expect((await ask(`/v2/orders/${order}/refunds/${made.json.id}`)).json).toEqual(made.json);
});

test('a refund of one payment is at most what is left of it; another takes the oldest first', async () => {
  const order = await placed({}, ['payments', { amount: eur(400) }], ['payments', { amount: eur(500) }]);
  const [first, second] = (await ask(`/v2/orders/${order}/payments`)).json.data;
  const over = await act(order, 'refunds', { amount: eur(401), payment_id: first.id });
  expect([outcome(over), pointersOf(over)]).toEqual(['409 refund_exceeds_payment', ['/amount/amount']]);
  const unknown = await act(order, 'refunds', { amount: eur(1), payment_id: `pay_${'0'.repeat(32)}` });
  expect([outcome(unknown), pointersOf(unknown)]).toEqual(['422 invalid_body', ['/payment_id']]);
  const both = await act(order, 'refunds', { amount: eur(450) });
  expect(both.json.payments).toEqual([
    { payment_id: first.id, amount: eur(400) },
    { payment_id: second.id, amount: eur(50) },
  ]);
});

test('an order with one line that cannot be had is refunded in part and completed', async () => {
  const order = await placed(
    { lines: [kelp, { ...kelp, sku: 'ROPE' }] },
    ['payments', { amount: eur(1_800) }],
    ['shipments', { lines: pieces(2) }],
    ['edits', { cancel: pieces(2, 'line_2'), reason: 'cannot be had' }],
    ['refunds', { amount: eur(900), lines: pieces(2, 'line_2') }],
  );
  expect(await read(order)).toMatchObject({
    fulfillment_status: 'shipped',
    payment_status: 'partially_refunded',
    amount_due: eur(0),
  });
  expect(outcome(await act(order, 'completion'))).toBe('201');
});
