/**
 * The read table `daily_sales`: orders, payments and refunds by day and currency. An event counts
 * on the day, in UTC, on which it was recorded.
 */
import { z } from 'zod';
import { statement } from '../store/statement.ts';
import type { Projection, TenantEvent } from './projection.ts';
import { columnsOf, countedOf, tallied } from './tally.ts';

const addSales = statement('projections/add-daily-sales', z.object({}));
const dayOf = (event: TenantEvent): string => event.recorded_at.slice(0, 10);

export const dailySalesProjection: Projection = {
  name: 'daily_sales',
  key: ['tenant_id', 'day', 'currency', 'partition'],
  count: 'events',
  async apply(transaction, partition, events) {
    const counted = await countedOf(transaction, partition, events);
    if (counted.length === 0) return;
    const groups = tallied(
      counted,
      ({ event, placed }) => `${event.tenant_id} ${dayOf(event)} ${placed.currency}`,
    );
    await transaction.query(
      addSales(
        partition,
        groups.map(({ first }) => first.event.tenant_id),
        groups.map(({ first }) => dayOf(first.event)),
        groups.map(({ first }) => first.placed.currency),
        groups.map(({ first }) => first.event.position),
        ...columnsOf(groups.map(({ tally }) => tally)),
      ),
    );
  },
};
