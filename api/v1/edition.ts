/** Version 1: amounts are whole numbers beside one currency; an order has one status. */
import { FIRST_EVENT_TYPES } from '../../domain/order/events.ts';
import { parseStates } from '../lists/stored-orders.ts';
import type { Edition } from '../edition.ts';
import { parseBody } from '../commands/parse-body.ts';
import { V1_SCHEMAS, isV1Command } from './commands.ts';
import { eventData, orderDocument } from './documents.ts';

export const v1: Edition = {
  name: 'v1',
  eventTypes: FIRST_EVENT_TYPES,
  commandOf(type, body) {
    if (!isV1Command(type)) throw new Error(`version 1 has no ${type}`);
    return { data: parseBody(V1_SCHEMAS[type], body) as never };
  },
  pointerOf: (_type, pointer) => pointer,
  order: orderDocument,
  orders: (rows) =>
    parseStates(rows)
      .map((state) => JSON.stringify(orderDocument(state)))
      .join(','),
  customerTotal: (total) => total,
  dailySales: (documents) => documents,
  eventData,
  filterOf: ({ status }) => ({ status: status as string | undefined }),
};
