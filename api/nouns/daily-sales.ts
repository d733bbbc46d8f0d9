/** The noun *daily sales*. */
import { readDailySalesPage } from '../../projections/daily-sales-page.ts';
import { dailySalesProjection } from '../../projections/daily-sales.ts';
import type { Handlers } from '../handler.ts';
import { answerPage, bindingOf, positionOf, requireWithinList } from '../lists/page.ts';
import { readAfter } from '../lists/read-after.ts';

export const dailySalesHandlers: Handlers = {
  async listDailySales(call) {
    const { ctx, input, services, principal, edition } = call;
    const query = input.query as {
      currency?: string;
      since?: string;
      until?: string;
      order: 'asc' | 'desc';
      limit: number;
      cursor?: string;
    };
    const { partition, tenantId } = principal;
    const { currency, since, until, order: direction, limit } = query;
    const filters = { currency, since, until, direction };
    const binding = bindingOf('daily-sales', tenantId, ...Object.values(filters));
    const from = positionOf(services.cursors, query.cursor, binding);
    await readAfter(call, dailySalesProjection);
    const page = await readDailySalesPage(services.pool, { partition, tenantId, ...filters, limit, from });
    requireWithinList(from, page.head);
    ctx.set('Holdfast-Position', String(page.applied));
    ctx.set('Holdfast-Lag', String(page.head - page.applied));
    const cursor = page.next === null ? null : services.cursors.encode(page.next, binding);
    answerPage(ctx, edition.dailySales(page.documents), cursor, cursor !== null);
  },
};
