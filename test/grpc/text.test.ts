/** Strings of messages must be valid UTF-8; a decoder would store other bytes as U+FFFD. */
import { Client, Metadata, type ServiceError, credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PlaceOrderRequest } from '../../api/grpc/generated/orders.ts';
import { newOrderMessage } from '../../api/grpc/messages/new-order.ts';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
let client: Client;
beforeAll(async () => {
  shop = await openShop();
  client = new Client(shop.grpc, credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await shop.close();
});

/** The request for an order whose item name has the given bytes. */
function requestOf(name: Buffer): Buffer {
  const place = 'N'.repeat(name.length);
  const lines = [{ sku: 'A', name: place, quantity: 1, unit_price: 1 }];
  const order = newOrderMessage({
    customer_id: 'ada',
    currency: 'EUR',
    lines,
    shipping_address: null,
    metadata: {},
  });
  const bytes = Buffer.from(
    PlaceOrderRequest.encode({ idempotency_key: name.toString('hex'), order }).finish(),
  );
  name.copy(bytes, bytes.indexOf(place));
  return bytes;
}

function detailsOf(bytes: Buffer): Promise<string> {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${shop.apiKey}`);
  const path = '/holdfast.orders.v1.OrderService/PlaceOrder';
  const asIs = (content: Buffer) => content;
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, asIs, asIs, bytes, metadata, (error: ServiceError | null) =>
      resolve(error?.details ?? 'placed'),
    );
  });
}

test.each<[string, Buffer, string]>([
  ['other scripts', Buffer.from('Φύκια 🐙'), 'placed'],
  ['U+FFFD', Buffer.from('\ufffd'), 'placed'],
  [
    'Latin-1',
    Buffer.from('Blätter', 'latin1'),
    'The message cannot be decoded as the request of this method.',
  ],
  [
    'half a character',
    Buffer.from('🐙').subarray(0, 3),
    'The message cannot be decoded as the request of this method.',
  ],
  [
    'a surrogate',
    Buffer.from([0xed, 0xa0, 0x80]),
    'The message cannot be decoded as the request of this method.',
  ],
])('a name in %s', async (_name, bytes, details) => {
  expect(await detailsOf(requestOf(bytes))).toBe(details);
});
