/**
 * The read table `sales`: what was ordered, cancelled, paid and given back, by the quarter of an
 * hour. An order counts at the time at which it was ordered, any other event when it happened.
 */
import type { DatabaseTransactionConnection } from 'slonik';
import { z } from 'zod';
import { type OrderState, evolve } from '../../domain/order/order.ts';
import { toUuid } from '../../store/ids.ts';
import { recordedRow, toRecordedEvent } from '../../store/log/event-row.ts';
import { plainArray, statement } from '../../store/statement.ts';
import type { Projection, TenantEvent } from '../projection.ts';
import { MEASURED_TYPES, type Measured, type Step, isMeasuredByStates, measuresOf } from './measures.ts';

const addSales = statement('projections/add-sales', z.object({}));
const readStreams = statement('projections/read-streams', recordedRow.extend({ tenant_id: z.uuid() }));

/** Orders whose streams are in memory at a time. A batch of 500 could have 150 MB of placed orders. */
const FOLDED_ORDERS_MAX = 50;
const QUARTER_MS = 15 * 60_000;
/** The first day that every time zone can spell. An order can be dated before it. */
const EARLIEST_MS = Date.parse('0001-01-02T00:00:00.000Z');

/** What counts in a quarter of an hour, by measure and name. */
interface Quarter {
  tenantId: string;
  quarter: string;
  currency: string;
  sums: Map<string, Measured & { events: number }>;
}

export const salesProjection: Projection = {
  name: 'sales',
  key: ['tenant_id', 'quarter', 'currency', 'measure', 'name', 'partition'],
  count: 'events',
  types: MEASURED_TYPES,
  async apply(transaction, partition, events) {
    const quarters = new Map<string, Quarter>();
    for (let from = 0; from < events.length; from += FOLDED_ORDERS_MAX) {
      const some = events.slice(from, from + FOLDED_ORDERS_MAX);
      const steps = await stepsOf(transaction, partition, some.filter(isMeasuredByStates));
      for (const event of some) {
        const step = steps.get(event.event_id);
        const { sums } = quarterFor(quarters, event, step);
        for (const measured of measuresOf(event, step)) add(sums, measured);
      }
    }
    const rows = [...quarters.values()].flatMap(({ tenantId, quarter, currency, sums }) =>
      [...sums.values()].map((sum) => Object.assign({ tenantId, quarter, currency }, sum)),
    );
    if (rows.length === 0) return;
    await transaction.query(
      addSales(
        partition,
        plainArray(rows.map((row) => row.tenantId)),
        plainArray(rows.map((row) => row.quarter)),
        plainArray(rows.map((row) => row.currency)),
        plainArray(rows.map((row) => row.measure)),
        rows.map((row) => row.name),
        plainArray(rows.map((row) => row.amount)),
        plainArray(rows.map((row) => row.events)),
      ),
    );
  },
};

function quarterFor(quarters: Map<string, Quarter>, event: TenantEvent, step: Step | undefined): Quarter {
  const tenantId = event.tenant_id;
  const quarter = quarterOf(event);
  const currency = 'currency' in event.data ? event.data.currency : step!.after.order.currency;
  const key = `${tenantId} ${quarter} ${currency}`;
  const known = quarters.get(key);
  if (known !== undefined) return known;
  const added: Quarter = { tenantId, quarter, currency, sums: new Map() };
  quarters.set(key, added);
  return added;
}

function add(sums: Quarter['sums'], { measure, name, amount }: Measured): void {
  const key = name === '' ? measure : `${measure} ${name}`;
  const known = sums.get(key);
  if (known === undefined) {
    sums.set(key, { measure, name, amount, events: 1 });
    return;
  }
  known.amount += amount;
  known.events += 1;
}

/** The start of the quarter of an hour in which an event counts. */
function quarterOf(event: TenantEvent): string {
  const stated = event.type === 'OrderPlaced' ? event.data.ordered_at : occurredAt(event);
  const ms = Math.max(EARLIEST_MS, Date.parse(stated ?? event.recorded_at));
  return new Date(Math.floor(ms / QUARTER_MS) * QUARTER_MS).toISOString();
}

const occurredAt = ({ data }: TenantEvent): string | undefined =>
  'occurred_at' in data ? data.occurred_at : undefined;

/** By event, the orders before and after it: folded from the log. */
async function stepsOf(
  transaction: DatabaseTransactionConnection,
  partition: number,
  events: readonly TenantEvent[],
): Promise<Map<string, Step>> {
  const steps = new Map<string, Step>();
  if (events.length === 0) return steps;
  const newest = new Map(events.map((event) => [`${event.tenant_id} ${event.order_id}`, event]));
  const wanted = [...newest.values()];
  const rows = await transaction.any(
    readStreams(
      partition,
      plainArray(wanted.map((event) => event.tenant_id)),
      plainArray(wanted.map((event) => toUuid(event.order_id))),
      plainArray(wanted.map((event) => event.version)),
    ),
  );
  let before: OrderState | null = null;
  for (const row of rows) {
    const event = toRecordedEvent(row);
    const after: OrderState = evolve(event.version === 1 ? null : before, event);
    if (before !== null) steps.set(event.event_id, { before, after });
    before = after;
  }
  return steps;
}
