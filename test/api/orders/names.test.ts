/**
 * Names that exist once in a tenant: references of orders, and transactions of a payment provider.
 */
import { describe, expect, test } from '@jest/globals';
import { eur, kelp, openOrders, outcome, pieces, pointersOf } from './shop-orders.ts';

const { ask, place, placed, act, read, shop } = openOrders();

describe('the reference of an order', () => {
  test('is taken by the first order, whose id the refusal names', async () => {
    const first = await place({ reference: 'web-1' });
    const second = await place({ reference: 'web-1', lines: [{ ...kelp, quantity: 9 }] });
    expect([outcome(second), second.json.retry]).toEqual(['409 order_reference_taken', 'never']);
    expect([second.json.order_id, pointersOf(second)]).toEqual([first.json.id, ['/reference']]);
  });

  test('of a request with the same key is a replay', async () => {
    const given = { key: 'ref-again' };
    const first = await place({ reference: 'web-2' }, given);
    const again = await place({ reference: 'web-2' }, given);
    expect([again.status, again.json.id, again.headers.get('idempotent-replayed')]).toEqual([
      201,
      first.json.id,
      'true',
    ]);
  });

  test('leaves the key of the refused request free', async () => {
    await place({ reference: 'web-3' });
    const given = { key: 'ref-free' };
    expect(outcome(await place({ reference: 'web-3' }, given))).toBe('409 order_reference_taken');
    expect((await ask('/v2/idempotency-keys/ref-free')).status).toBe(404);
    expect(outcome(await place({ reference: 'web-4' }, given))).toBe('201');
  });

  test('stays taken after the cancellation, and another tenant may use it', async () => {
    await placed({ reference: 'web-5' }, ['cancellation']);
    expect(outcome(await place({ reference: 'web-5' }))).toBe('409 order_reference_taken');
    const { apiKey } = await shop().addTenant();
    expect(outcome(await place({ reference: 'web-5' }, { apiKey }))).toBe('201');
  });

  test('goes to one of twenty concurrent orders', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => place({ reference: 'web-6' })));
    expect(answers.map(outcome).toSorted()).toEqual([
      '201',
      ...Array.from({ length: 19 }, () => '409 order_reference_taken'),
    ]);
    const { id } = answers.find(({ status }) => status === 201)!.json;
    for (const { status, json } of answers) if (status === 409) expect(json.order_id).toBe(id);
  });
});

describe('the number that another system gave', () => {
  test('is shown, and taken once', async () => {
    const first = await place({ number: 'old 17' });
    expect(first.json.number).toBe('old 17');
    const second = await place({ number: 'old 17' });
    expect([outcome(second), second.json.order_id, pointersOf(second)]).toEqual([
      '409 order_number_taken',
      first.json.id,
      ['/number'],
    ]);
  });
});

const transaction = (reference: string, amount = 900) => ({
  amount: eur(amount),
  provider: 'stripe',
  reference,
});

describe('provider and reference of a payment', () => {
  test('are recorded once: the second request gets the id of the first payment', async () => {
    const order = await placed();
    const first = await act(order, 'payments', transaction('ch_1', 400));
    const second = await act(order, 'payments', transaction('ch_1', 400));
    expect([outcome(second), second.json.retry]).toEqual(['409 payment_already_recorded', 'never']);
    expect([second.json.order_id, second.json.record_id]).toEqual([order, first.json.id]);
    expect((await read(order)).amount_paid).toEqual(eur(400));
  });

  test('of a fully paid order are known, not "already paid"', async () => {
    const order = await placed();
    const first = await act(order, 'payments', transaction('ch_2'));
    const webhook = await act(order, 'payments', transaction('ch_2'));
    expect([outcome(webhook), webhook.json.record_id]).toEqual([
      '409 payment_already_recorded',
      first.json.id,
    ]);
    expect(outcome(await act(order, 'payments', transaction('ch_3')))).toBe('409 order_already_paid');
  });

  test('are known for another order too', async () => {
    const [one, two] = [await placed(), await placed()];
    const first = await act(one, 'payments', transaction('ch_4'));
    const other = await act(two, 'payments', transaction('ch_4'));
    expect([outcome(other), other.json.order_id, other.json.record_id]).toEqual([
      '409 payment_already_recorded',
      one,
      first.json.id,
    ]);
  });

  test('with the same key are a replay', async () => {
    const order = await placed();
    const given = { key: 'charge' };
    const first = await act(order, 'payments', transaction('ch_5'), given);
    const again = await act(order, 'payments', transaction('ch_5'), given);
    expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([first.text, 'true']);
  });

  test('without a provider are free text', async () => {
    const order = await placed();
    for (const amount of [1, 2])
      expect(outcome(await act(order, 'payments', { amount: eur(amount), reference: 'cash' }))).toBe('201');
  });

  test('of different providers and different kinds of records are different', async () => {
    const order = await placed();
    for (const [noun, body] of [
      ['authorizations', transaction('x_1')],
      ['payments', transaction('x_1')],
      ['payments', { ...transaction('x_1', 1), provider: 'adyen', accept_excess: true }],
      ['refunds', transaction('x_1', 1)],
    ] as const)
      expect([noun, outcome(await act(order, noun, body))]).toEqual([noun, '201']);
    for (const [noun, prefix] of [
      ['authorizations', 'aut'],
      ['refunds', 'ref'],
    ] as const) {
      const again = await act(order, noun, transaction('x_1', 1));
      expect([outcome(again), again.json.record_id.slice(0, 4)]).toEqual([
        '409 payment_already_recorded',
        `${prefix}_`,
      ]);
    }
  });

  test('count once of ten concurrent requests', async () => {
    const order = await placed();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => act(order, 'payments', transaction('ch_6', 90))),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect((await read(order)).amount_paid).toEqual(eur(90));
    for (const answer of answers)
      if (answer.status !== 201) expect(outcome(answer)).toBe('409 payment_already_recorded');
  });
});

describe('provider and reference of a refund and of a reversal', () => {
  test('are recorded once', async () => {
    const order = await placed({}, ['payments', { amount: eur(900) }]);
    const first = await act(order, 'refunds', transaction('re_1', 100));
    const again = await act(order, 'refunds', transaction('re_1', 100));
    expect([outcome(again), again.json.record_id]).toEqual(['409 payment_already_recorded', first.json.id]);
    expect((await read(order)).amount_refunded).toEqual(eur(100));

    const [{ id }] = (await ask(`/v2/orders/${order}/payments`)).json.data;
    const reversal = await act(order, `payments/${id}/reversal`, transaction('cb_1', 100));
    const told = await act(order, `payments/${id}/reversal`, transaction('cb_1', 100));
    expect([outcome(told), told.json.record_id]).toEqual(['409 payment_already_recorded', reversal.json.id]);
    expect((await read(order)).amount_reversed).toEqual(eur(100));
  });

  test('of a refused command stay free', async () => {
    const order = await placed();
    expect(outcome(await act(order, 'refunds', transaction('re_2', 100)))).toBe('409 order_not_paid');
    await act(order, 'payments', { amount: eur(900) });
    expect(outcome(await act(order, 'refunds', transaction('re_2', 100)))).toBe('201');
    expect(outcome(await act(order, 'shipments', { lines: pieces(2) }))).toBe('409 order_not_paid');
  });
});
