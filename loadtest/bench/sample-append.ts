/** The order of every benchmark as an append, for benchmarks that write to the log directly. */
import { randomBytes, randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { toId } from '../../store/ids.ts';
import type { Append } from '../../store/log/append.ts';
import { order } from '../kit/order-request.ts';

const lines = order.lines.map((line, n) => ({
  id: `line_${n + 1}`,
  ...line,
  total: line.quantity * line.unit_price,
}));
export const placedData = { ...order, lines, total: lines.reduce((sum, { total }) => sum + total, 0) };

/** @param tenantId a UUID */
export const sampleAppend = (tenantId: string): Append => ({
  partition: 0,
  tenantId,
  event_id: toId('evt', v7()),
  order_id: toId('ord', v7()),
  version: 1,
  event: { type: 'OrderPlaced', data: placedData },
  idempotency_key: randomUUID(),
  fingerprint: randomBytes(32),
  traceparent: null,
  key_id: tenantId,
});
