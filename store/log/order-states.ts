/**
 * Folds an order from its newest snapshot, so that a read costs the same at any length of history.
 *
 * Snapshots stand at fixed places of a stream: where the cost of its events passes a multiple of
 * {@link SNAPSHOT_COST_BYTES}. The first reader that folds past such a place writes its snapshot.
 * It is a copy of what the log says, for the release of the fold that wrote it: it may be lost.
 */
import type { DatabasePool } from 'slonik';
import type { TenantConnections } from '../connections/tenant-connections.ts';
import { z } from 'zod';
import { type OrderState, evolve } from '../../domain/order/order.ts';
import { createFairShare } from '../../platform/fair-share.ts';
import { orderSnapshots } from '../../platform/metrics.ts';
import { parseId, toUuid } from '../ids.ts';
import { type PersonalData, createPersonalData } from '../personal/personal-data.ts';
import { createKeyring } from '../secrets/keyring.ts';
import { statement } from '../statement.ts';
import type { Tenancy } from '../tenancy.ts';
import { reachable } from '../unavailable.ts';
import { type StoredEvent, storedRow, toRecordedEvent, toStoredEvent } from './event-row.ts';
import { FOLD_RELEASE } from './fold-release.ts';

const streamRow = storedRow.extend({ found: z.int() });
const stateRow = streamRow.extend({ is_holder: z.boolean(), state: z.string().nullable() });
const readState = statement('log/read-state', stateRow);
const readStream = statement('log/read-stream', streamRow);
const writeSnapshot = statement('log/write-snapshot', z.object({}));

/** A snapshot bounds a fold to so many bytes of events, and one event more. */
const SNAPSHOT_COST_BYTES = 128 * 1024;
/** What an event costs beside its data: a snapshot bounds a fold to 64 events. */
const EVENT_COST_BYTES = 2 * 1024;
/** Events of one statement: those from one snapshot to the next. */
const READ_EVENTS_MAX = SNAPSHOT_COST_BYTES / EVENT_COST_BYTES + 2;
/** A statement ends with the event that exceeds this: more than from one snapshot to the next. */
const READ_BYTES_MAX = 512 * 1024;
/**
 * Statements at a time for reads that need several: of orders without a snapshot, as after a
 * release that folds otherwise. Tenants share them, so that one with many such orders delays no
 * other.
 */
const COLD_READS_MAX = 4;
/** Snapshots that are written at a time. Those beyond are left to later readers. */
const SAVES_MAX = 4;

/** No order has this id. */
const NO_ORDER = '0'.repeat(32);

export interface FoldedOrder {
  state: OrderState;
  /** Position of its last event. */
  position: number;
}

export interface ReadOrder {
  /** `undefined` when the tenant has no such order. */
  folded: FoldedOrder | undefined;
  /** The event that holds the key, in the stream or elsewhere. */
  holder: StoredEvent | undefined;
}

export interface OrderStates {
  /**
   * An order up to a version.
   *
   * @param key of a command whose holder is read with it
   * @throws {UnknownEventError} it has an event of a newer release
   */
  read: (tenancy: Tenancy, orderId: string, upToVersion: number, key: string | null) => Promise<ReadOrder>;
  /** Resolves when no snapshot is being written. */
  drained: () => Promise<void>;
}

export interface OrderStatesOptions {
  /** Writes the snapshots. */
  pool: DatabasePool;
  /** Reads for tenants; the pool without it. */
  connections?: TenantConnections;
  /** Opens personal data; without it, all of it must be in the clear. */
  personal?: Pick<PersonalData, 'openEvents' | 'openOrders'>;
  snapshotCostBytes?: number;
  release?: string;
  coldReadsMax?: number;
}

/** Whether more events may follow a page. */
const isContinued = (page: readonly { found: number }[]): boolean =>
  page.length > 0 && (page.length < page[0]!.found || page[0]!.found === READ_EVENTS_MAX);

export function createOrderStates({
  pool,
  connections = { of: () => pool },
  personal = createPersonalData(pool, createKeyring([])),
  snapshotCostBytes = SNAPSHOT_COST_BYTES,
  release = FOLD_RELEASE,
  coldReadsMax = COLD_READS_MAX,
}: OrderStatesOptions): OrderStates {
  const saves = new Map<string, Promise<void>>();
  const coldReads = createFairShare({ capacity: coldReadsMax });

  const placeOf = ({ order, bytes }: OrderState): number =>
    Math.floor((bytes + order.version * EVENT_COST_BYTES) / snapshotCostBytes);

  function save({ partition, tenantId }: Tenancy, state: OrderState, eventId: string): void {
    const { id, version } = state.order;
    const key = `${tenantId} ${id} ${version}`;
    if (saves.size >= SAVES_MAX || saves.has(key)) return;
    const row = [partition, tenantId, toUuid(id), version, toUuid(eventId), release, JSON.stringify(state)];
    const saved = reachable(pool.query(writeSnapshot(...row))).then(
      () => orderSnapshots.inc({ outcome: 'written' }),
      // The next reader tries again.
      () => orderSnapshots.inc({ outcome: 'failed' }),
    );
    saves.set(
      key,
      saved.finally(() => saves.delete(key)),
    );
  }

  return {
    async read(tenancy, orderId, upToVersion, key) {
      const { partition, tenantId } = tenancy;
      // The key may hold an event although the order id is malformed.
      const uuid = parseId('ord', orderId) ?? NO_ORDER;
      let folded: FoldedOrder | undefined;
      let holder: StoredEvent | undefined;
      let unsaved: { state: OrderState; eventId: string } | undefined;

      function apply(row: z.output<typeof storedRow>): void {
        const event = toRecordedEvent(row);
        // Its stream is of no order.
        if (event.type === 'CustomerErased') return;
        const state = evolve(folded?.state ?? null, event);
        if (folded !== undefined && placeOf(state) > placeOf(folded.state))
          unsaved = { state, eventId: event.event_id };
        folded = { state, position: event.position };
        if (row.idempotency_key === key) holder = toStoredEvent(row);
      }

      const tenantPool = connections.of(tenantId);
      const rows = await reachable(
        tenantPool.any(
          readState(uuid, tenantId, upToVersion, release, READ_EVENTS_MAX, key, READ_BYTES_MAX, partition),
        ),
      );
      let page: z.output<typeof streamRow>[] = [];
      for (const row of rows) {
        if (row.is_holder) {
          holder = toStoredEvent(row);
          continue;
        }
        page.push(row);
        if (row.state === null) apply(row);
        else folded = { state: JSON.parse(row.state) as OrderState, position: row.position };
      }
      while (folded !== undefined && isContinued(page)) {
        const last: number = folded.state.order.version;
        const leave = await coldReads.take(tenantId);
        try {
          const bounds = [last, upToVersion, READ_EVENTS_MAX, READ_BYTES_MAX];
          page = [...(await reachable(tenantPool.any(readStream(uuid, tenantId, ...bounds, partition))))];
          for (const row of page) apply(row);
        } finally {
          leave();
        }
      }
      // Before it is opened: a snapshot has personal data as the log has it.
      if (unsaved !== undefined) save(tenancy, unsaved.state, unsaved.eventId);
      if (folded !== undefined) await personal.openOrders(partition, [folded.state]);
      if (holder !== undefined) await personal.openEvents(partition, [holder]);
      return { folded, holder };
    },
    async drained() {
      await Promise.all(saves.values());
    },
  };
}
