/** The order of every benchmark, about 600 bytes, and its HTTP request with a new key. */
import { randomUUID } from 'node:crypto';
import { newKey } from '../../store/keys/new-key.ts';

export const apiKey = newKey('live').key;

export const order = {
  customer_id: 'cus_4711',
  currency: 'EUR',
  lines: Array.from({ length: 4 }, (_, n) => ({
    sku: `KELP-${n}`,
    name: `Kelp, dried, 100 g, lot ${n}`,
    quantity: n + 1,
    unit_price: 450 + n,
  })),
  shipping_address: {
    name: 'Ada Byrne',
    line1: '3 Harbour Row',
    city: 'Galway',
    postal_code: 'H91 KX2',
    country: 'IE',
  },
  metadata: {
    channel: 'web',
    campaign: 'spring',
    note: 'leave it with the neighbour at number five, please',
  },
};
export const body = JSON.stringify(order);

/** The bytes of a request that places an order. @param json in ASCII */
export const placing = (path: '/v1/orders' | '/v2/orders', json: string, key = apiKey): string =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\nIdempotency-Key: ${randomUUID()}\r\n` +
  `Content-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n${json}`;

/** The bytes of the next request. */
export const placeOrder = () => placing('/v1/orders', body);
