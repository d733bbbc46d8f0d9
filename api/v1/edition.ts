/** Version 1: amounts are whole numbers beside one currency; an order has one status. */
import { FIRST_EVENT_TYPES } from '../../domain/order/events.ts';
import type { OrderStatus } from '../../domain/order/order.ts';
import { instantOf } from '../lists/instant.ts';
import type { Edition } from '../edition.ts';
import { parseBody } from '../commands/parse-body.ts';
import { V1_SCHEMAS, isV1Command } from './commands.ts';
import { eventData, orderDocument } from './documents.ts';

/** The causes of failed webhook attempts that version 1 lists. */
const ATTEMPT_ERRORS = new Set(['timeout', 'address_refused', 'connection_failed', 'not_2xx']);

export const v1: Edition = {
  name: 'v1',
  eventTypes: FIRST_EVENT_TYPES,
  commandOf(type, body) {
    if (!isV1Command(type)) throw new Error(`version 1 has no ${type}`);
    return { data: parseBody(V1_SCHEMAS[type], body) as never };
  },
  pointerOf: (_type, pointer) => pointer,
  order: orderDocument,
  customerTotal: (total) => total,
  attemptError(error) {
    // A delivery that waits for another node had no attempt.
    if (error === null || error.startsWith('event_')) return null;
    return ATTEMPT_ERRORS.has(error) ? error : 'connection_failed';
  },
  eventData,
  filterOf({ status, customer_id: customerId, placed_after, placed_before }) {
    const placedAfter = instantOf(placed_after, 'down');
    const placedBefore = instantOf(placed_before, 'up');
    const statuses = status === undefined ? undefined : [status as OrderStatus];
    return {
      filter: { statuses, customerId, placedAfter, placedBefore },
      binding: [status, customerId, placedAfter, placedBefore],
    };
  },
};
