/** The compiled validators and express-openapi-validator accept the same commands. */
import { describe, expect, test } from '@jest/globals';
import { type CommandType } from '../../../domain/order/commands.ts';
import { id, key, takenByDomain, verdicts } from './verdicts.ts';

describe('the judge and the compiled validator agree on', () => {
  const full = { line_id: 'line_1', quantity: 1 };
  const bodies: [string, CommandType, [body: unknown, good: boolean][]][] = [
    [
      'recordPayment',
      'RecordPayment',
      [
        [{ amount: 1 }, true],
        [{ amount: 999_999_999_999, method: 'card', reference: 'ch_1' }, true],
        [{ amount: 1, method: null, reference: null }, true],
        [{}, false],
        [{ amount: 0 }, false],
        [{ amount: 1.5 }, false],
        [{ amount: '1' }, false],
        [{ amount: 1_000_000_000_000 }, false],
        [{ amount: 1, method: '' }, false],
        [{ amount: 1, method: 'x'.repeat(41) }, false],
        [{ amount: 1, currency: 'EUR' }, false],
      ],
    ],
    [
      'recordShipment',
      'ShipItems',
      [
        [{ lines: [full] }, true],
        [{ lines: [full], carrier: null, tracking_number: 'x' }, true],
        [{ lines: [] }, false],
        [{}, false],
        [{ lines: [{ line_id: 'line_0', quantity: 1 }] }, false],
        [{ lines: [{ line_id: 'line_1', quantity: 0 }] }, false],
        [{ lines: [{ line_id: 'line_1' }] }, false],
        [{ lines: Array.from({ length: 101 }, () => full) }, false],
        [{ lines: [full], carrier: 'a\nb' }, false],
      ],
    ],
    [
      'recordReturn',
      'ReturnItems',
      [
        [{ lines: [full], reason: 'x'.repeat(500) }, true],
        [{ lines: [full], reason: 'x'.repeat(501) }, false],
        [{ reason: 'x' }, false],
      ],
    ],
    [
      'recordRefund',
      'RecordRefund',
      [
        [{ amount: 5, reason: 'x', reference: null }, true],
        [{ amount: -5 }, false],
        [{ amount: 5, reason: 5 }, false],
      ],
    ],
    [
      'cancelOrder',
      'CancelOrder',
      [
        [{}, true],
        [{ reason: null }, true],
        [{ reason: '' }, false],
        [{ why: 'x' }, false],
      ],
    ],
    [
      'completeOrder',
      'CompleteOrder',
      [
        [{}, true],
        [{ note: 'x' }, true],
        [{ note: [] }, false],
      ],
    ],
    [
      'updateOrder',
      'UpdateOrder',
      [
        [{ metadata: { a: 'b', c: null } }, true],
        [{ metadata: null }, true],
        [{ metadata: {} }, true],
        [{ shipping_address: null }, true],
        [{ shipping_address: { city: 'Cork', line2: null } }, true],
        [{ shipping_address: {}, metadata: { a: 'x'.repeat(500) } }, true],
        [{}, false],
        [{ metadata: { a: 5 } }, false],
        [{ metadata: { a: 'x'.repeat(501) } }, false],
        [{ metadata: Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`k${n}`, null])) }, false],
        [{ shipping_address: { city: null } }, false],
        [{ shipping_address: { city: '' } }, false],
        [{ shipping_address: { planet: 'x' } }, false],
        [{ shipping_address: 'x' }, false],
        [{ status: 'paid' }, false],
        [{ total: 0 }, false],
        [[], false],
      ],
    ],
  ];
  test.each(
    bodies.flatMap(([operation, type, list]) =>
      list.map(([body, good]) => [operation, JSON.stringify(body).slice(0, 80), type, body, good] as const),
    ),
  )('%s %s', async (operation, _text, type, body, good) => {
    const headers = { ...key, 'if-match': '"1"' };
    const [judged, ours] = await verdicts(operation, { params: { order_id: id }, headers, body });
    expect([judged, ours]).toEqual(good ? ['valid', 'valid'] : ['invalid', 'invalid: invalid_body']);
    expect(takenByDomain(body, type)).toBe(good);
  });
});
