/** The noun *customer*: derived from orders. */
import { readCustomerSummary } from '../../projections/customers/customer-summary.ts';
import { customerTotalsProjection } from '../../projections/customers/customer-totals.ts';
import { answer } from '../answer.ts';
import { commandContext } from '../commands/command-context.ts';
import { type ErasureEvent, eraseCustomer } from '../commands/erase-customer.ts';
import type { Handlers } from '../handler.ts';
import { toId, toUuid } from '../../store/ids.ts';
import { Problem } from '../problem/problem.ts';
import { readList } from '../lists/read-list.ts';

/** The receipt of an erasure. Its id is that of its event's stream. */
const erasureDocument = ({ event_id, order_id, recorded_at, data }: ErasureEvent) => ({
  id: toId('era', toUuid(order_id)),
  event_id,
  ...data,
  erased_at: recorded_at,
});

export const customerHandlers: Handlers = {
  async getCustomerSummary(call) {
    const { ctx, input, principal, edition } = call;
    const { partition, tenantId } = principal;
    const customerId = input.params['customer_id']!;
    const { totals, applied, lag } = await readList(call, {
      projection: customerTotalsProjection,
      read: (connection) => readCustomerSummary(connection, { partition, tenantId, customerId }),
    });
    if (totals.length === 0) {
      throw new Problem(
        'customer_not_found',
        'No order of this customer is in the totals yet. Holdfast-Read-After waits for your own write.',
      );
    }
    ctx.set('Holdfast-Position', String(applied));
    ctx.set('Holdfast-Lag', String(lag));
    answer(ctx, 200, { customer_id: customerId, totals: totals.map(edition.customerTotal) });
  },

  async erasePersonalData(call) {
    const { ctx, input, services } = call;
    const { event, replayed } = await eraseCustomer(services, commandContext(call), {
      customer_id: input.params['customer_id']!,
      erased_order_id: null,
    });
    ctx.set('Holdfast-Position', String(event.position));
    if (replayed) ctx.set('Idempotent-Replayed', 'true');
    answer(ctx, 200, erasureDocument(event));
  },
};
