/** Times that a request states: in the past, never in the future. */
import { describe, expect, test } from '@jest/globals';
import { eur, openOrders, outcome, pieces, pointersOf } from './shop-orders.ts';

const { ask, place, placed, act } = openOrders();

const PAST = '2026-03-14T09:26:53.5+01:00';
const SHOWN = '2026-03-14T08:26:53.500Z';
const FUTURE = '2100-01-01T00:00:00Z';

describe('the time of an order', () => {
  test('is shown in UTC; without one it is the time of the placement', async () => {
    const { json } = await place({ ordered_at: PAST });
    expect([json.ordered_at, json.placed_at > SHOWN]).toEqual([SHOWN, true]);
    const now = (await place()).json;
    expect(now.ordered_at).toBe(now.placed_at);
  });

  test('in the future is refused, alone and in a batch', async () => {
    const answer = await place({ ordered_at: FUTURE });
    expect([outcome(answer), pointersOf(answer)]).toEqual(['422 invalid_body', ['/ordered_at']]);
    const orders = [{ idempotency_key: 'late', order: { lines: [], ordered_at: FUTURE } }];
    const { json } = await ask('/v2/order-batches', { body: { orders }, key: null });
    expect(json.data[0].status).toBe(422);
  });

  test('in two spellings is one request', async () => {
    const first = await place({ ordered_at: PAST }, { key: 'spelled' });
    const again = await place({ ordered_at: SHOWN }, { key: 'spelled' });
    expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([first.text, 'true']);
    const other = await place({ ordered_at: '2026-03-14T08:26:54Z' }, { key: 'spelled' });
    expect([outcome(other), pointersOf(other)]).toEqual(['422 idempotency_key_reused', ['/ordered_at']]);
  });
});

/** Each record with its time: before, the noun, its body, the member. */
const RECORDS: [noun: string, body: object, member: string, before: [string, object?][]][] = [
  ['authorizations', { amount: eur(1) }, 'authorized_at', []],
  ['payments', { amount: eur(1) }, 'paid_at', []],
  ['refunds', { amount: eur(1) }, 'refunded_at', [['payments', { amount: eur(900) }]]],
  ['shipments', { lines: pieces(1) }, 'shipped_at', [['payments', { amount: eur(900) }]]],
  [
    'returns',
    { lines: pieces(1) },
    'returned_at',
    [
      ['payments', { amount: eur(900) }],
      ['shipments', { lines: pieces(1) }],
    ],
  ],
  ['edits', { cancel: pieces(1) }, 'edited_at', []],
  ['holds', { reason: 'x' }, 'held_at', []],
  ['cancellation', {}, 'cancelled_at', []],
  [
    'completion',
    {},
    'completed_at',
    [
      ['payments', { amount: eur(900) }],
      ['shipments', { lines: pieces(2) }],
    ],
  ],
];

describe.each(RECORDS)('the time of %s', (noun, body, member, before) => {
  test('is shown in the record and in its event, and refused in the future', async () => {
    const order = await placed({}, ...before);
    const late = await act(order, noun, { ...body, [member]: FUTURE });
    expect([outcome(late), pointersOf(late)]).toEqual(['422 invalid_body', [`/${member}`]]);
    const made = await act(order, noun, { ...body, [member]: PAST });
    expect([made.status, made.json[member]]).toEqual([201, SHOWN]);
    const { data } = (await ask(`/v2/orders/${order}/events`)).json;
    expect(data.at(-1).data.occurred_at).toBe(SHOWN);
    expect(data.at(-1).recorded_at > SHOWN).toBe(true);
  });
});

describe.each([
  ['authorizations', { amount: eur(1) }, 'void', 'voided_at'],
  ['payments', { amount: eur(1) }, 'reversal', 'reversed_at'],
  ['holds', { reason: 'x' }, 'release', 'released_at'],
])('the time at which %s end', (noun, body, end, member) => {
  test('is shown, and refused in the future', async () => {
    const order = await placed();
    const { id } = (await act(order, noun, body)).json;
    const late = await act(order, `${noun}/${id}/${end}`, { [member]: FUTURE });
    expect([outcome(late), pointersOf(late)]).toEqual(['422 invalid_body', [`/${member}`]]);
    const made = await act(order, `${noun}/${id}/${end}`, { [member]: PAST });
    expect([made.status, made.json[member]]).toEqual([201, SHOWN]);
  });
});
