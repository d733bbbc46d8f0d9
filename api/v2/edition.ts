/** Version 2: each amount has its currency; an order has a payment and a fulfillment status. */
import type { DailySales } from '../../projections/daily-sales-page.ts';
import type { Edition } from '../edition.ts';
import { parseStates } from '../lists/stored-orders.ts';
import { commandOf, pointerOf } from './commands.ts';
import { eventData, orderDocument, totalDocument } from './documents.ts';

export const v2: Edition = {
  name: 'v2',
  commandOf,
  pointerOf,
  order: orderDocument,
  orders: (rows) =>
    parseStates(rows)
      .map((state) => JSON.stringify(orderDocument(state)))
      .join(','),
  customerTotal: totalDocument,
  dailySales: (documents) =>
    (JSON.parse(`[${documents}]`) as DailySales[]).map((day) => JSON.stringify(totalDocument(day))).join(','),
  eventData,
  filterOf: ({ payment_status, fulfillment_status }) => ({
    paymentStatus: payment_status as string | undefined,
    fulfillmentStatus: fulfillment_status as string | undefined,
  }),
};
