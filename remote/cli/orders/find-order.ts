/** Finds the order that an argument names. */
import { CommandError, quoted } from '../../../command-line/command.ts';
import type { Schemas } from '../../../openapi/client/client.ts';
import type { ServerClient } from '../../client/server-client.ts';

const ORDER_ID = /^ord_[0-9a-f]{32}$/;

/**
 * @param given id or number of an order
 * @throws {CommandError} the tenant of the key has no such order
 */
export async function findOrder({ GET, read }: ServerClient, given: string): Promise<Schemas['Order']> {
  if (ORDER_ID.test(given))
    return read(GET('/v2/orders/{order_id}', { params: { path: { order_id: given } } }));
  const { data } = await read(GET('/v2/orders', { params: { query: { number: given, limit: 1 } } }));
  const [order] = data;
  if (order !== undefined) return order;
  throw new CommandError(
    `No order with number ${quoted(given)}. An id is ord_ and 32 hexadecimal digits. See npx holdfast orders list`,
  );
}
