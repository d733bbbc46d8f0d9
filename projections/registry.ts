import { customerTotalsProjection } from './customers/customer-totals.ts';
import { dailySalesProjection } from './daily-sales.ts';
import { ordersProjection } from './orders.ts';
import type { Projection } from './projection.ts';
import { salesProjection } from './sales/sales.ts';

/** All projections. A new one needs a file, a table, and a line here. */
export const PROJECTIONS: readonly Projection[] = [
  ordersProjection,
  customerTotalsProjection,
  dailySalesProjection,
  salesProjection,
];
