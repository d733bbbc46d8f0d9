/** Orders as gRPC messages: valid, damaged, or in wrong frames. */
import { PlaceOrderRequest } from '../../../api/grpc/generated/orders.ts';
import { newOrderMessage } from '../../../api/grpc/messages/new-order.ts';
import { type Random, noise } from '../chance.ts';
import type { Wares } from './wares.ts';

export interface Message {
  key: string;
  wares: Wares;
  bytes: Buffer;
}

export function message(key: string, wares: Wares): Message {
  const order = newOrderMessage({ shipping_address: null, ...wares });
  return {
    key,
    wares,
    bytes: Buffer.from(PlaceOrderRequest.encode({ idempotency_key: key, order }).finish()),
  };
}

/** Damages an encoded message; the rest may decode to another order. */
export function hurt(random: Random, one: Message): { what: string; message: Message; isBroken: boolean } {
  const { bytes, key } = one;
  const keyEnd = bytes.indexOf(key) + key.length;
  const other = (what: string, changed: Buffer, isBroken = false) => ({
    what,
    message: { ...one, bytes: changed },
    isBroken,
  });
  const flipped = Buffer.from(bytes);
  const at = random.between(keyEnd, bytes.length - 1);
  flipped[at] = flipped[at]! ^ (1 << random.between(0, 7));
  const text = Buffer.from(bytes);
  const name = text.indexOf(one.wares.lines[0]!.name);
  text[name] = 0xff;
  return random.pick([
    other('with a flipped bit', flipped),
    other('with a flipped bit', flipped),
    other('cut short', bytes.subarray(0, random.between(1, bytes.length - 1))),
    other('followed by noise', Buffer.concat([bytes, noise(random, random.between(1, 20))])),
    other('an unknown field', Buffer.concat([bytes, Buffer.from([0xf8, 0x07, 0x01])])),
    other('noise', noise(random, random.between(1, 100)), true),
    other('nothing', Buffer.alloc(0), true),
    other('invalid UTF-8 in a string', text, true),
    other(
      'larger than allowed',
      Buffer.concat([bytes, Buffer.from([0xfa, 0x07, 0xe0, 0xa7, 0x12]), Buffer.alloc(300_000)]),
      true,
    ),
  ]);
}

/** A message with its gRPC length prefix; flag and length may be wrong. */
export const framed = (bytes: Buffer, { flag = 0, length = bytes.length } = {}): Buffer => {
  const head = Buffer.alloc(5);
  head[0] = flag;
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, bytes]);
};
