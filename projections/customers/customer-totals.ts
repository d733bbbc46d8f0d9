/** The read table `customer_totals`: orders, payments and refunds by customer and currency. */
import { z } from 'zod';
import { statement } from '../../store/statement.ts';
import type { Projection } from '../projection.ts';
import { type Counted, columnsOf, countedOf, tallied } from '../tally.ts';

const addTotals = statement('projections/add-customer-totals', z.object({}));

export const customerTotalsProjection: Projection = {
  name: 'customer_totals',
  key: ['tenant_id', 'customer_id', 'currency', 'partition'],
  count: 'events',
  async apply(transaction, partition, events) {
    const counted = (await countedOf(transaction, partition, events)).filter(isOfCustomer);
    if (counted.length === 0) return;
    const groups = tallied(
      counted,
      ({ event, placed }) => `${event.tenant_id} ${placed.customer_id} ${placed.currency}`,
    );
    await transaction.query(
      addTotals(
        partition,
        groups.map(({ first }) => first.event.tenant_id),
        groups.map(({ first }) => first.placed.customer_id!),
        groups.map(({ first }) => first.placed.currency),
        ...columnsOf(groups.map(({ tally }) => tally)),
        groups.map(({ first }) => first.event.recorded_at),
        groups.map(({ last }) => last.event.recorded_at),
      ),
    );
  },
};

/** Orders of guests have no customer. */
const isOfCustomer = ({ placed }: Counted): boolean => placed.customer_id !== undefined;
