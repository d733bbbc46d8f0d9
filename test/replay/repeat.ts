/** Repeats a recorded command: builds its request from its event. */
import { hash } from 'node:crypto';
import { type OrderRequest, requestOf } from '../../domain/order/request.ts';
import { upcast } from '../../domain/order/upcast.ts';
import { toId } from '../../store/ids.ts';
import type { LogLine } from '../../store/archive/log-file.ts';
import type { Answer, Ask } from '../setup/shop.ts';

const NOUNS: Partial<Record<OrderRequest['type'], string>> = {
  RecordPayment: 'payments',
  ShipItems: 'shipments',
  ReturnItems: 'returns',
  RecordRefund: 'refunds',
  CancelOrder: 'cancellation',
  CompleteOrder: 'completion',
};

/** The request of an event, in the format of an API version. */
export function repeatOf(line: LogLine, version: 'v1' | 'v2'): { path: string; ask: Ask } {
  const order_id = toId('ord', line.order_id);
  const event = upcast(line.type, line.schema_version, JSON.parse(line.data));
  const request = requestOf({ ...event, order_id });
  const currency = 'currency' in event.data ? event.data.currency : '';
  const body = version === 'v1' ? bodyOf(request) : spelledForV2(request, currency);
  // A quoted string of a structured field can hold each key.
  const key = `"${line.idempotency_key.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  if (request.type === 'PlaceOrder') return { path: `/${version}/orders`, ask: { key, body } };
  const path = `/${version}/orders/${order_id}`;
  if (request.type !== 'UpdateOrder') return { path: `${path}/${NOUNS[request.type]}`, ask: { key, body } };
  const headers = { 'Content-Type': 'application/merge-patch+json', 'If-Match': '*' };
  return { path, ask: { key, method: 'PATCH', headers, body } };
}

/** Drops `null` members, which stand for members left out, except in a patch. */
function bodyOf({ type, data }: OrderRequest): Record<string, unknown> {
  if (type === 'UpdateOrder') return data;
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
}

function spelledForV2(request: OrderRequest, currency: string): Record<string, unknown> {
  const body = bodyOf(request);
  if (request.type === 'RecordPayment' || request.type === 'RecordRefund') {
    return { ...body, amount: { amount: request.data.amount, currency } };
  }
  if (request.type !== 'PlaceOrder') return body;
  const { currency: _currency, ...rest } = body;
  const lines = request.data.lines.map(({ unit_price, ...line }) =>
    Object.assign(line, { unit_price: { amount: unit_price, currency } }),
  );
  return { ...rest, lines };
}

const HEADERS = [
  'content-type',
  'etag',
  'location',
  'holdfast-position',
  'holdfast-recorded-at',
  'idempotent-replayed',
];

/** A digest of the parts of an answer that a client may rely on. */
export const digestOf = ({ status, text, headers }: Answer): string =>
  hash('sha256', JSON.stringify([status, text, ...HEADERS.map((name) => headers.get(name))])).slice(0, 24);
