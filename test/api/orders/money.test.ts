/** Money's way: authorizations, captures, voids, overpayments and reversals. */
import { describe, expect, test } from '@jest/globals';
import { eur, openOrders, outcome, pieces, pointersOf } from './shop-orders.ts';

const { ask, placed, act, read } = openOrders();

async function authorized(amount = 900): Promise<{ order: string; authorization: string }> {
  const order = await placed();
  const { json } = await act(order, 'authorizations', { amount: eur(amount), method: 'card' });
  return { order, authorization: json.id as string };
}
const capture = (order: string, authorization_id: string, amount: number) =>
  act(order, 'payments', { amount: eur(amount), authorization_id });

describe('an authorization', () => {
  test('has a document, a place and a list', async () => {
    const order = await placed();
    const made = await act(order, 'authorizations', {
      amount: eur(900),
      method: 'card',
      provider: 'stripe',
      reference: 'pi_1',
      authorized_at: '2026-03-14T09:26:53+01:00',
    });
    const path = `/v2/orders/${order}/authorizations/${made.json.id}`;
    expect(made.json).toEqual({
      id: expect.stringMatching(/^aut_[0-9a-f]{32}$/),
      order_id: order,
      amount: eur(900),
      method: 'card',
      provider: 'stripe',
      reference: 'pi_1',
      authorized_at: '2026-03-14T08:26:53.000Z',
    });
    expect([made.headers.get('location'), made.headers.get('etag')]).toEqual([path, '"2"']);
    expect((await ask(path)).json).toEqual(made.json);
    expect((await ask(`/v2/orders/${order}/authorizations`)).json.data).toEqual([made.json]);
  });

  test('covers an order: it ships before the capture', async () => {
    const { order } = await authorized();
    expect(await read(order)).toMatchObject({
      payment_status: 'authorized',
      ready_to_ship: true,
      amount_authorized: eur(900),
      amount_due: eur(900),
    });
    expect(outcome(await act(order, 'shipments', { lines: pieces(1) }))).toBe('201');
  });

  test('is captured part by part, for each shipment, and never above its rest', async () => {
    const { order, authorization } = await authorized();
    const first = await capture(order, authorization, 450);
    expect(first.json).toMatchObject({ amount: eur(450), authorization_id: authorization });
    expect(await read(order)).toMatchObject({
      payment_status: 'authorized',
      amount_authorized: eur(450),
      amount_paid: eur(450),
      amount_due: eur(450),
    });
    const over = await capture(order, authorization, 451);
    expect([outcome(over), pointersOf(over), over.json.retry]).toEqual([
      '409 capture_exceeds_authorized',
      ['/amount/amount'],
      'never',
    ]);
    expect(outcome(await capture(order, authorization, 450))).toBe('201');
    expect(await read(order)).toMatchObject({ payment_status: 'paid', amount_authorized: eur(0) });
    await act(order, 'edits', { charges: [{ kind: 'fee', price: eur(50) }] });
    expect(outcome(await capture(order, authorization, 1))).toBe('409 authorization_closed');
  });

  test('of another order cannot be captured', async () => {
    const { authorization } = await authorized();
    const answer = await capture(await placed(), authorization, 1);
    expect([outcome(answer), pointersOf(answer)]).toEqual(['422 invalid_body', ['/authorization_id']]);
  });

  test('is voided once, covers nothing any more, and cannot be captured', async () => {
    const { order, authorization } = await authorized();
    await capture(order, authorization, 100);
    const voided = await act(order, `authorizations/${authorization}/void`, { reason: 'out of stock' });
    expect([voided.status, voided.json]).toEqual([
      201,
      {
        id: expect.stringMatching(/^avd_/),
        order_id: order,
        authorization_id: authorization,
        amount: eur(800),
        reason: 'out of stock',
        voided_at: voided.headers.get('holdfast-recorded-at'),
      },
    ]);
    expect(await read(order)).toMatchObject({ payment_status: 'partially_paid', amount_authorized: eur(0) });
    expect(outcome(await capture(order, authorization, 1))).toBe('409 authorization_closed');
    expect(outcome(await act(order, `authorizations/${authorization}/void`))).toBe(
      '409 authorization_closed',
    );
    const unknown = await act(order, `authorizations/aut_${'0'.repeat(32)}/void`);
    expect(outcome(unknown)).toBe('404 authorization_not_found');
  });
});

describe('a payment', () => {
  test('above the amount due needs accept_excess, and is owed back', async () => {
    const order = await placed();
    expect(outcome(await act(order, 'payments', { amount: eur(1_000) }))).toBe('409 payment_exceeds_due');
    const over = await act(order, 'payments', { amount: eur(1_000), accept_excess: true });
    expect(outcome(over)).toBe('201');
    expect(await read(order)).toMatchObject({ payment_status: 'paid', amount_paid: eur(1_000) });
    await act(order, 'refunds', { amount: eur(100) });
    expect(await read(order)).toMatchObject({ amount_due: eur(0), payment_status: 'partially_refunded' });
    expect(outcome(await act(order, 'shipments', { lines: pieces(2) }))).toBe('201');
  });

  test('with a wrong card is refunded, and made again', async () => {
    const order = await placed({}, ['payments', { amount: eur(900) }], ['refunds', { amount: eur(900) }]);
    expect(await read(order)).toMatchObject({ payment_status: 'refunded', amount_due: eur(900) });
    expect(outcome(await act(order, 'shipments', { lines: pieces(2) }))).toBe('409 order_not_paid');
    expect(outcome(await act(order, 'payments', { amount: eur(900) }))).toBe('201');
    expect(await read(order)).toMatchObject({ payment_status: 'paid', amount_due: eur(0) });
  });

  test('of half a refunded order does not count twice', async () => {
    const order = await placed({}, ['payments', { amount: eur(500) }], ['refunds', { amount: eur(500) }]);
    await act(order, 'payments', { amount: eur(500) });
    expect(await read(order)).toMatchObject({ payment_status: 'partially_paid', amount_due: eur(400) });
    expect(outcome(await act(order, 'shipments', { lines: pieces(1) }))).toBe('409 order_not_paid');
  });
});

describe('a reversal', () => {
  const reversed = async () => {
    const order = await placed({}, ['payments', { amount: eur(900) }]);
    const [{ id }] = (await ask(`/v2/orders/${order}/payments`)).json.data;
    return { order, payment: id as string, path: `payments/${id}/reversal` };
  };

  test('of a whole payment makes the order due again, also after its shipment', async () => {
    const { order, payment, path } = await reversed();
    await act(order, 'shipments', { lines: pieces(2) });
    const { status, json, headers } = await act(order, path, { reason: 'chargeback' });
    expect([status, json]).toEqual([
      201,
      {
        id: expect.stringMatching(/^rev_/),
        order_id: order,
        payment_id: payment,
        amount: eur(900),
        reason: 'chargeback',
        provider: null,
        reference: null,
        reversed_at: headers.get('holdfast-recorded-at'),
      },
    ]);
    expect(await read(order)).toMatchObject({
      payment_status: 'unpaid',
      fulfillment_status: 'shipped',
      amount_reversed: eur(900),
      amount_due: eur(900),
    });
    expect(outcome(await act(order, path))).toBe('409 reversal_exceeds_payment');
    expect(outcome(await act(order, 'payments', { amount: eur(900) }))).toBe('201');
  });

  test('of a part leaves the rest, which refunds reduce too', async () => {
    const { order, path } = await reversed();
    await act(order, path, { amount: eur(300) });
    await act(order, 'refunds', { amount: eur(200), adjustment: eur(200) });
    const over = await act(order, path, { amount: eur(401) });
    expect([outcome(over), pointersOf(over)]).toEqual(['409 reversal_exceeds_payment', ['/amount/amount']]);
    expect(outcome(await act(order, path))).toBe('201');
    expect(await read(order)).toMatchObject({ amount_reversed: eur(700), amount_due: eur(700) });
  });

  test('of an unknown payment is 404', async () => {
    const { order } = await reversed();
    const answer = await act(order, `payments/pay_${'0'.repeat(32)}/reversal`);
    expect(outcome(answer)).toBe('404 payment_not_found');
  });

  test('in another currency is refused', async () => {
    const { order, path } = await reversed();
    const answer = await act(order, path, { amount: { amount: 1, currency: 'USD' } });
    expect([outcome(answer), pointersOf(answer)]).toEqual(['422 invalid_body', ['/amount/currency']]);
  });
});
