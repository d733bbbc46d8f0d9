/** Tenants that abuse gRPC streams. */
import { randomUUID } from 'node:crypto';
import { Metadata, credentials } from '@grpc/grpc-js';
import { OrderServiceClient } from '../../../api/grpc/generated/orders.ts';
import { newOrderMessage } from '../../../api/grpc/messages/new-order.ts';
import { order } from '../../kit/order-request.ts';
import type { Abuse, Target } from '../abuse.ts';

const STREAMS_COUNT = 8;
const DEAF_STREAMS_COUNT = 100;
const REOPEN_MS = 100;

/** Writes orders to streams as fast as they take them; a stream that ends is opened again. */
function writeTo(target: Target, streams: number, { isDeaf }: { isDeaf: boolean }): void {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${target.apiKey}`);
  const open = () => {
    const client = new OrderServiceClient(target.grpc, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    });
    const stream = client.placeOrders(metadata);
    const write = () => {
      while (stream.write({ idempotency_key: randomUUID(), order: newOrderMessage(order) }));
    };
    stream.on('drain', write);
    stream.on('error', () => {
      client.close();
      setTimeout(open, REOPEN_MS);
    });
    if (!isDeaf) stream.on('data', () => {});
    write();
  };
  for (let n = 0; n < streams; n += 1) open();
}

export const STREAMS: Abuse[] = [
  {
    name: 'gRPC streams over quota',
    begin: async (target) => writeTo(target, STREAMS_COUNT, { isDeaf: false }),
  },
  {
    name: 'gRPC streams that nobody reads',
    begin: async (target) => writeTo(target, DEAF_STREAMS_COUNT, { isDeaf: true }),
  },
];
