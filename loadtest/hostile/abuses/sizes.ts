/** Tenants that send or ask for as much as one request may. */
import { randomUUID } from 'node:crypto';
import { body } from '../../kit/order-request.ts';
import type { Abuse } from '../abuse.ts';
import { ask, flood, message } from '../sockets.ts';

const READERS_COUNT = 40;
const SENDERS_COUNT = 40;
/** Metadata of one change, near its limit of 50 values of 500 characters. */
const NOTES_COUNT = 45;
const NOTE_CHARACTERS = 480;
const CHANGES_MAX = 500;
/** Members of a body that is refused late. */
const LINES_COUNT = 90;

const notes = (mark: string): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: NOTES_COUNT }, (_, n) => [`note_${n}`, mark.padEnd(NOTE_CHARACTERS, 'ü')]),
  );

/** An order of many lines whose last one is wrong. */
const wrongAtItsEnd = (): string =>
  JSON.stringify({
    customer_id: 'hostile',
    lines: Array.from({ length: LINES_COUNT }, (_, n) => ({
      sku: `SKU-${n}`,
      name: 'ü'.repeat(150),
      quantity: n === LINES_COUNT - 1 ? -1 : 1,
      unit_price: { amount: 100, currency: 'EUR' },
      taxes: Array.from({ length: 5 }, (_unused, tax) => ({
        name: `tax ${tax}`,
        amount: { amount: 1, currency: 'EUR' },
      })),
    })),
  });

export const SIZES: Abuse[] = [
  {
    name: 'an order of many large changes',
    async begin(target) {
      const headers = { 'Idempotency-Key': randomUUID() };
      const placed = await ask(target, '/v1/orders', { headers, body });
      const path = `/v2/orders/${(JSON.parse(placed.body) as { id: string }).id}`;
      for (let n = 0; n < CHANGES_MAX; n += 1) {
        const { status } = await ask(target, path, {
          method: 'PATCH',
          headers: { 'Idempotency-Key': randomUUID(), 'Content-Type': 'application/merge-patch+json' },
          body: JSON.stringify({ metadata: notes(String(n)) }),
        });
        if (status >= 400) break; // the order has no room for more
      }
      flood(target, READERS_COUNT, () => message(path, { apiKey: target.apiKey }));
    },
  },
  {
    name: 'large bodies that are wrong',
    begin: async (target) =>
      flood(target, SENDERS_COUNT, () =>
        message('/v2/orders', {
          apiKey: target.apiKey,
          headers: { 'Idempotency-Key': randomUUID() },
          body: wrongAtItsEnd(),
        }),
      ),
  },
];
