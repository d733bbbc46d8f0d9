/** The noun *daily sales*. */
import { readDailySalesPage } from '../../projections/daily-sales-page.ts';
import { dailySalesProjection } from '../../projections/daily-sales.ts';
import { readSalesPage } from '../../projections/sales/day-sales.ts';
import { salesProjection } from '../../projections/sales/sales.ts';
import { type ZoneDays, daysIn } from '../../projections/sales/zone-days.ts';
import { epochOf } from '../../store/log/epochs.ts';
import { lagOf } from '../../store/partitions.ts';
import type { Edition } from '../edition.ts';
import type { Call, Handlers } from '../handler.ts';
import { CSV_TYPE } from '../http/accept.ts';
import { answerCsv, answerPage, bindingOf, placeOf, requireInLog } from '../lists/page.ts';
import { placeAfter, readList } from '../lists/read-list.ts';
import { invalidParameter } from '../problem/invalid-parameter.ts';

export const dailySalesHandlers: Handlers = {
  async listDailySales(call) {
    const { salesDocument } = call.edition;
    await (salesDocument === undefined ? listRecordedDays(call) : listZoneDays(call, salesDocument));
  },
};

interface SalesQueryInput {
  currency?: string;
  since?: string;
  until?: string;
  order: 'asc' | 'desc';
  limit: number;
  cursor?: string;
}

/** Days in UTC; an event counts on the day on which it was recorded. */
async function listRecordedDays(call: Call): Promise<void> {
  const { ctx, input, services, principal } = call;
  const { cursor: given, limit, ...query } = input.query as unknown as SalesQueryInput;
  const { partition, tenantId } = principal;
  const { currency, since, until, order: direction } = query;
  const filters = { currency, since, until, direction };
  const binding = bindingOf('daily-sales', tenantId, ...Object.values(filters));
  const place = placeOf(services.cursors, given, binding);
  const wanted = { partition, tenantId, ...filters, limit, from: place?.position };
  const page = await readList(call, {
    projection: dailySalesProjection,
    place,
    read: (connection) => readDailySalesPage(connection, wanted),
  });
  requireInLog(page.is_from_lost);
  const cursor = showPosition(call, page, binding);
  answerPage(ctx, page.documents, cursor, cursor !== null);
}

/** Days of a time zone; an event counts on the day on which it happened. */
async function listZoneDays(call: Call, salesDocument: NonNullable<Edition['salesDocument']>): Promise<void> {
  const { ctx, input, mediaType, services, principal, edition } = call;
  const query = input.query as unknown as SalesQueryInput & { timezone?: string };
  const { partition, tenantId } = principal;
  const { timezone = 'UTC', currency, since, until, order: direction, limit } = query;
  const days = knownDays(timezone);
  const binding = bindingOf('sales', tenantId, timezone, currency, since, until, direction);
  const place = placeOf(services.cursors, query.cursor, binding);
  const filters = { days, currency, since, until, direction };
  const wanted = { partition, tenantId, ...filters, limit, from: place?.position };
  const page = await readList(call, {
    projection: salesProjection,
    place,
    async read(connection) {
      const { applied, head, ...shown } = await readSalesPage(connection, wanted);
      const lag =
        epochOf(head) === epochOf(applied) ? head - applied : await lagOf(connection, partition, applied);
      return { ...shown, applied, head, lag };
    },
  });
  const cursor = showPosition(call, page, binding);
  if (mediaType === CSV_TYPE) {
    answerCsv(ctx, edition.csv!.sales(page.sales), cursor);
    return;
  }
  const items = page.sales.map((sales) => JSON.stringify(salesDocument(sales)));
  answerPage(ctx, items.join(','), cursor, cursor !== null);
}

/** @throws {Problem} 400 for an unknown time zone */
function knownDays(timezone: string): ZoneDays {
  const days = daysIn(timezone);
  if (days !== undefined) return days;
  throw invalidParameter([
    { parameter: 'timezone', detail: 'must be an IANA time zone, such as Europe/Berlin' },
  ]);
}

/** Sets the header fields of a page. @returns its cursor */
function showPosition(
  { ctx, services }: Call,
  { next, applied, lag }: { next: number | null; applied: number; lag: number },
  binding: string,
): string | null {
  ctx.set('Holdfast-Position', String(applied));
  ctx.set('Holdfast-Lag', String(lag));
  return next === null ? null : services.cursors.encode(placeAfter(services, { next, applied }), binding);
}
