import { ordersProjection } from './orders.ts';
import type { Projection } from './projection.ts';

/** Every projection that there is. A new one is one file, one table, and one line here. */
export const PROJECTIONS: readonly Projection[] = [ordersProjection];
