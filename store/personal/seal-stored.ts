/**
 * Seals what was appended in the clear, before a master key was active: events, their fingerprints,
 * rows of the read table, terms and snapshots. A transaction seals some orders whole.
 */
import { setTimeout } from 'node:timers/promises';
import { type CommonQueryMethods, type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import type { OrderEvent } from '../../domain/order/events.ts';
import { type OrderState, evolve } from '../../domain/order/order.ts';
import { type Subject, subjectOf } from '../../domain/personal/subject.ts';
import { toId } from '../ids.ts';
import { type Append } from '../log/append.ts';
import { recordedRow, toRecordedEvent } from '../log/event-row.ts';
import { listPartitions } from '../partitions.ts';
import { restartLinks } from '../integrity/restart-links.ts';
import { SEPARATOR } from '../statement.ts';
import type { Tenancy } from '../tenancy.ts';
import { applyErasure, concerns, listErasuresOf } from './erasure-list.ts';
import type { PersonalData } from './personal-data.ts';
import { isOrderOf } from './subject-orders.ts';

/** After this time, every node knows that a master key is active (data-keys.ts). */
const NOTICED_MS = 1_000;
/** Orders of one transaction. It holds up appends and the projector of the partition. */
const STEP_ORDERS_MAX = 20;

const storedEvent = recordedRow.extend({
  tenant_id: z.uuid(),
  fingerprint: z.instanceof(Buffer),
  customer_id: z.string().nullable(),
});
type StoredRow = z.output<typeof storedEvent>;

const orderRef = z.object({ order_id: z.uuid(), tenant_id: z.uuid(), position: z.int() });
type OrderRef = z.output<typeof orderRef>;

const stateRow = z.object({ is_all_sealed: z.boolean() });
const isAllSealed = (pool: CommonQueryMethods): Promise<boolean> =>
  pool.oneFirst(sql.type(stateRow)`SELECT is_all_sealed FROM personal_state`);

/** Seals the orders of one subject, before it is erased. */
export async function sealStoredOf(
  pool: DatabasePool,
  personal: PersonalData,
  { partition, tenantId }: Tenancy,
  subject: Subject,
): Promise<void> {
  if (await isAllSealed(pool)) return;
  const orders = await pool.any(sql.type(orderRef)`
    SELECT order_id, tenant_id, placed_position AS position FROM orders
     WHERE partition = ${partition} AND tenant_id = ${tenantId} AND ${isOrderOf(subject)}`);
  for (let from = 0; from < orders.length; from += STEP_ORDERS_MAX)
    await sealSome(pool, personal, partition, orders.slice(from, from + STEP_ORDERS_MAX));
}

/**
 * Seals all orders that an earlier run has not looked at. May be interrupted and run again.
 *
 * @param onProgress called after each step, with the orders that were looked at
 * @returns the number of events that this run sealed
 */
export async function sealStored(
  pool: DatabasePool,
  personal: PersonalData,
  onProgress: (orders: number) => void = () => {},
): Promise<number> {
  let sealed = 0;
  let looked = 0;
  await untilAllNodesSeal(pool);
  for (const partition of await listPartitions(pool)) {
    for (;;) {
      const orders = await pool.any(sql.type(orderRef)`
        SELECT order_id, tenant_id, position FROM events
         WHERE partition = ${partition} AND version = 1
           AND position > coalesce((SELECT position FROM personal_progress WHERE partition = ${partition}), 0)
         ORDER BY position LIMIT ${STEP_ORDERS_MAX}`);
      const last = orders.at(-1);
      if (last === undefined) break;
      sealed += await sealSome(pool, personal, partition, orders);
      await pool.query(sql.unsafe`
        INSERT INTO personal_progress (partition, position) VALUES (${partition}, ${last.position})
            ON CONFLICT (partition) DO UPDATE SET position = excluded.position`);
      looked += orders.length;
      onProgress(looked);
    }
  }
  for (const partition of await listPartitions(pool)) await restartLinks(pool, partition);
  await pool.query(sql.unsafe`UPDATE personal_state SET is_all_sealed = true`);
  return sealed;
}

/** Nodes look at the activation every half second, and append in the clear until then. */
async function untilAllNodesSeal(pool: CommonQueryMethods): Promise<void> {
  const leftMs = await pool.oneFirst(sql.type(z.object({ left: z.number() }))`
    SELECT greatest(0, ${NOTICED_MS} - extract(epoch FROM now() - activated_at) * 1000)::float8 AS left
      FROM personal_state`);
  await setTimeout(Math.min(leftMs, NOTICED_MS));
}

/** @returns the number of events that it sealed */
const sealSome = (
  pool: DatabasePool,
  personal: PersonalData,
  partition: number,
  orders: readonly OrderRef[],
): Promise<number> =>
  pool.transaction(async (transaction) => {
    // The projector must not write a row that it has read before. It holds this lock for a batch.
    await transaction.query(sql.unsafe`
      SELECT FROM checkpoints WHERE partition = ${partition} AND consumer = 'orders' FOR UPDATE`);
    const rows = await readEvents(transaction, partition, orders);
    const plain = rows.filter(({ data }) => !data.includes('"$sealed":'));
    const erased = await erasedSubjects(transaction, plain);
    const appends = asAppends(partition, plain, erased);
    const sealed = await personal.within(transaction).seal(appends);
    if (sealed.keys === undefined) return 0;
    await transaction.query(sql.unsafe`
      SELECT use_personal_keys(${partition}, ${sealed.keys.erasures}::bigint, ${sealed.keys.made}::json,
                                 ${sealed.keys.used}::uuid[])`);
    const changed = plain.flatMap((row, index) =>
      sealed.documents[index] === JSON.stringify(JSON.parse(row.data))
        ? []
        : [{ row, data: sealed.documents[index]!, fingerprint: sealed.fingerprints[index]! }],
    );
    await transaction.query(sql.unsafe`
      SELECT rewrite_event_data(${partition}, ${sql.array(
        changed.map(({ row }) => row.position),
        'int8',
      )}, ${changed.map(({ data }) => data).join(SEPARATOR)}, ${sql.array(
        changed.map(({ fingerprint }) => fingerprint),
        'bytea',
      )}, 'sealed')`);
    await noteTerms(transaction, partition, plain, sealed.keys.notes);
    sealed.noteStored();
    for (const { row, data } of changed) row.data = data;
    await rewriteRows(transaction, partition, rows);
    for (const erasure of erased.values()) await applyErasure(transaction, erasure, EVER);
    return changed.length;
  });

const readEvents = (
  transaction: CommonQueryMethods,
  partition: number,
  orders: readonly OrderRef[],
): Promise<readonly StoredRow[]> =>
  transaction.any(sql.type(storedEvent)`
    SELECT event.position, event.tenant_id, event.event_id, event.order_id, event.version, event.type,
           event.schema_version, event.data, event.recorded_at, event.key_id, event.number, event.fingerprint,
           (SELECT first.data ->> 'customer_id' FROM events AS first
             WHERE first.order_id = event.order_id AND first.version = 1 AND first.tenant_id = event.tenant_id
               AND first.partition = ${partition}
             LIMIT 1) AS customer_id
      FROM ${sql.unnest(
        orders.map(({ tenant_id, order_id }) => [tenant_id, order_id]),
        ['uuid', 'uuid'],
      )} AS wanted (tenant_id, order_id)
     CROSS JOIN LATERAL (SELECT * FROM events
                          WHERE events.order_id = wanted.order_id AND events.tenant_id = wanted.tenant_id
                            AND events.partition = ${partition}
                          ORDER BY events.version) AS event
     WHERE event.type <> 'CustomerErased'
     ORDER BY event.tenant_id, event.order_id, event.version`);

/** What makes its subject a thrown-away one: the erasure of the customer, by order. */
type Erased = Map<string, Parameters<typeof applyErasure>[1]>;

/** Orders whose customer was erased after their events: nobody may open them again. */
async function erasedSubjects(transaction: CommonQueryMethods, rows: readonly StoredRow[]): Promise<Erased> {
  const erased: Erased = new Map();
  const subjects = new Set(rows.map((row) => subjectOf(row.customer_id, toId('ord', row.order_id))));
  if (subjects.size === 0) return erased;
  const found = await listErasuresOf(transaction, [...subjects]);
  for (const row of rows) {
    const id = toId('ord', row.order_id);
    const of = { tenantId: row.tenant_id, subject: subjectOf(row.customer_id, id), at: row.recorded_at };
    const own = found.find((each) => concerns(each, of));
    // A key of the order alone, which is destroyed in the same transaction.
    if (own !== undefined) erased.set(id, { ...own, subject: `order:${id}` });
  }
  return erased;
}

/** Later than any key. */
const EVER = '9999-01-01T00:00:00.000Z';

function asAppends(partition: number, rows: readonly StoredRow[], erased: Erased): Append[] {
  const emails = new Map<string, string | undefined>();
  return rows.map((row) => {
    const event = { type: row.type, data: JSON.parse(row.data) } as OrderEvent;
    const order_id = toId('ord', row.order_id);
    const email_before = emails.get(order_id);
    if (event.type === 'OrderPlaced') emails.set(order_id, event.data.email);
    if (event.type === 'OrderUpdated' && event.data.email !== undefined)
      emails.set(order_id, event.data.email ?? undefined);
    return {
      partition,
      tenantId: row.tenant_id,
      event_id: toId('evt', row.event_id),
      order_id,
      version: row.version,
      event,
      idempotency_key: '',
      fingerprint: row.fingerprint,
      traceparent: null,
      key_id: null,
      subject: erased.has(order_id) ? `order:${order_id}` : subjectOf(row.customer_id, order_id),
      email_before,
    };
  });
}

async function noteTerms(
  transaction: DatabaseTransactionConnection,
  partition: number,
  rows: readonly StoredRow[],
  notes: string | null,
): Promise<void> {
  const all = JSON.parse(notes ?? '[]') as (unknown[] | null)[];
  for (const [index, note] of all.entries()) {
    if (note === null) continue;
    const { tenant_id, order_id, version, position } = rows[index]!;
    await transaction.query(sql.unsafe`
      SELECT note_personal_term(${partition}, ${tenant_id}::uuid, ${order_id}::uuid, ${version}, ${position}::bigint,
                                ${JSON.stringify(note)}::json)`);
  }
}

/** Folds the rows of the read table again, from the sealed events. */
async function rewriteRows(
  transaction: DatabaseTransactionConnection,
  partition: number,
  rows: readonly StoredRow[],
): Promise<void> {
  const orderIds = [...new Set(rows.map(({ order_id }) => order_id))];
  const listed = await transaction.any(sql.type(
    z.object({ order_id: z.uuid(), tenant_id: z.uuid(), version: z.int(), placed_position: z.int() }),
  )`
    SELECT order_id, tenant_id, version, placed_position FROM orders
     WHERE order_id = ANY (${sql.array(orderIds, 'uuid')}) AND partition = ${partition}`);
  for (const row of listed) {
    let state: OrderState | null = null;
    for (const event of rows)
      if (
        event.order_id === row.order_id &&
        event.tenant_id === row.tenant_id &&
        event.version <= row.version
      )
        state = evolve(state, toRecordedEvent(event));
    if (state === null) continue;
    await transaction.query(sql.unsafe`
      UPDATE orders SET document = ${JSON.stringify(state.order)}, facts = ${JSON.stringify(state.facts)}
       WHERE order_id = ${row.order_id} AND tenant_id = ${row.tenant_id} AND partition = ${partition}`);
    await transaction.query(sql.unsafe`
      DELETE FROM order_terms
       WHERE tenant_id = ${row.tenant_id} AND placed_position = ${row.placed_position} AND partition = ${partition}
         AND starts_with(term, 'email ')`);
  }
  await transaction.query(sql.unsafe`
    DELETE FROM order_snapshots
     WHERE order_id = ANY (${sql.array(orderIds, 'uuid')}) AND partition = ${partition}`);
}
