import { randomBytes, randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { toId } from '../../store/ids.ts';
import type { Append } from '../../store/log/append.ts';
import type { OrderLog } from '../../store/log/log.ts';

/** An append of the first event of a new order; `change` replaces members. */
export const anAppend = (tenantId: string, change: Partial<Append> = {}): Append => ({
  partition: 0,
  tenantId,
  event_id: toId('evt', v7()),
  order_id: toId('ord', v7()),
  version: 1,
  event: {
    type: 'OrderPlaced',
    data: {
      customer_id: 'cus_1',
      currency: 'EUR',
      lines: [{ id: 'line_1', sku: 'A', name: 'a', quantity: 1, unit_price: 5, total: 5 }],
      total: 5,
      shipping_address: null,
      metadata: {},
    },
  },
  idempotency_key: randomUUID(),
  fingerprint: randomBytes(32),
  traceparent: null,
  key_id: v7(),
  ...change,
});

/** Appends, and requires the outcome `appended`. @returns its position */
export async function appended(log: OrderLog, append: Append): Promise<number> {
  const outcome = await log.append(append);
  if (outcome.kind !== 'appended') throw new Error(outcome.kind);
  return outcome.event.position;
}
