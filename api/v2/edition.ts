/** Version 2: each amount has its currency; an order has a payment and a fulfillment status. */
import type { Edition } from '../edition.ts';
import { balanceDocument } from './balance-document.ts';
import { commandOf, pointerOf } from './commands.ts';
import { eventData, orderDocument, totalDocument } from './documents.ts';
import { filterOf } from './order-filter.ts';
import { ordersCsv } from './orders-csv.ts';
import { salesCsv } from './sales-csv.ts';
import { salesDocument } from './sales-document.ts';

export const v2: Edition = {
  name: 'v2',
  hasProofs: true,
  commandOf,
  pointerOf,
  order: orderDocument,
  balance: balanceDocument,
  customerTotal: totalDocument,
  salesDocument,
  csv: { orders: ordersCsv, sales: salesCsv },
  attemptError: (error) => error,
  eventData,
  filterOf,
};
