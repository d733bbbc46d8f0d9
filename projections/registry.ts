import { customerTotalsProjection } from './customer-totals.ts';
import { dailySalesProjection } from './daily-sales.ts';
import { ordersProjection } from './orders.ts';
import type { Projection } from './projection.ts';

/** Every projection that there is. A new one is one file, one table, and one line here. */
export const PROJECTIONS: readonly Projection[] = [
  ordersProjection,
  customerTotalsProjection,
  dailySalesProjection,
];
