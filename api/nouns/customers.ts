/** The noun *customer*: derived from orders. */
import { readCustomerSummary } from '../../projections/customers/customer-summary.ts';
import { customerTotalsProjection } from '../../projections/customers/customer-totals.ts';
import { answer } from '../answer.ts';
import type { Handlers } from '../handler.ts';
import { Problem } from '../problem/problem.ts';
import { readAfter } from '../lists/read-after.ts';

export const customerHandlers: Handlers = {
  async getCustomerSummary(call) {
    const { ctx, input, services, principal, edition } = call;
    const { partition, tenantId } = principal;
    const customerId = input.params['customer_id']!;
    await readAfter(call, customerTotalsProjection);
    const { totals, applied, lag } = await readCustomerSummary(services.connections.of(tenantId), {
      partition,
      tenantId,
      customerId,
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
};
