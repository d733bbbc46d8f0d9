/** Tenants that send more than they may. */
import { randomUUID } from 'node:crypto';
import { newKey } from '../../../store/keys/new-key.ts';
import { body, order } from '../../kit/order-request.ts';
import type { Abuse } from '../abuse.ts';
import { flood, message } from '../sockets.ts';

const CONNECTIONS_COUNT = 100;
const WAITING_CONNECTIONS_COUNT = 1_000;
const BATCHING_CONNECTIONS_COUNT = 20;
const BATCH_ORDERS = 100;

const place = (apiKey: string, headers: Record<string, string> = {}, path = '/v1/orders'): string =>
  message(path, { apiKey, headers: { 'Idempotency-Key': randomUUID(), ...headers }, body });

const batch = (): string =>
  JSON.stringify({
    orders: Array.from({ length: BATCH_ORDERS }, () => ({ idempotency_key: randomUUID(), order })),
  });

export const FLOODS: Abuse[] = [
  {
    name: 'orders over quota',
    begin: async (target) => flood(target, CONNECTIONS_COUNT, () => place(target.apiKey)),
  },
  {
    name: 'lists over quota',
    begin: async (target) =>
      flood(target, CONNECTIONS_COUNT, () =>
        message('/v2/orders?limit=100&fulfillment_status=unfulfilled', { apiKey: target.apiKey }),
      ),
  },
  {
    name: 'the same order again and again',
    begin: async (target) =>
      flood(target, CONNECTIONS_COUNT, () => place(target.apiKey, { 'Idempotency-Key': 'again' })),
  },
  {
    name: 'batches over quota',
    begin: async (target) =>
      flood(target, BATCHING_CONNECTIONS_COUNT, () =>
        message('/v1/order-batches', { apiKey: target.apiKey, body: batch() }),
      ),
  },
  {
    name: 'made-up keys',
    begin: async (target) => flood(target, CONNECTIONS_COUNT, () => place(newKey('live').key)),
  },
  {
    name: 'writes that claim to wait',
    begin: async (target) =>
      flood(target, WAITING_CONNECTIONS_COUNT, () =>
        place(target.apiKey, { 'Holdfast-Read-After': '0' }, '/v1/orders?wait=10'),
      ),
  },
];
