/**
 * Version 1: amounts are whole numbers beside one currency; an order has one status. Orders are
 * stored in this form.
 */
import { COMMAND_SCHEMAS } from '../../domain/order/commands.ts';
import type { Edition } from '../edition.ts';
import { parseBody } from '../commands/parse-body.ts';

export const v1: Edition = {
  name: 'v1',
  commandOf: (type, body) => ({ data: parseBody(COMMAND_SCHEMAS[type], body) as never }),
  pointerOf: (_type, pointer) => pointer,
  order: (order) => order,
  orders: (documents) => documents,
  customerTotal: (total) => total,
  dailySales: (documents) => documents,
  eventData: ({ data }) => data,
  filterOf: ({ status }) => ({ status: status as string | undefined }),
};
