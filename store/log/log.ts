/** The log of order events in Postgres: append, and the reads that a command needs. */
import type { DatabasePool } from 'slonik';
import type { z } from 'zod';
import { appendOutcomes, appendQueueLength, appendWait } from '../../platform/metrics.ts';
import { endSpan, startSpan } from '../../platform/tracing.ts';
import { createBatchShare } from '../batch-share.ts';
import { type GroupCommit, createGroupCommit } from '../group-commit.ts';
import type { TenantConnections } from '../connections/tenant-connections.ts';
import type { OrderState } from '../../domain/order/order.ts';
import { createKeyring } from '../secrets/keyring.ts';
import { type PersonalData, createPersonalData } from '../personal/personal-data.ts';
import { statement } from '../statement.ts';
import type { Tenancy } from '../tenancy.ts';
import { StoreOverloaded, reachable } from '../unavailable.ts';
import { type Append, type AppendOutcome, appendBatch } from './append.ts';
import { type StoredEvent, storedRow, toStoredEvent } from './event-row.ts';
import { type FoldedOrder, createOrderStates } from './order-states.ts';

export interface OrderLog {
  /**
   * Appends one event, in one statement with all other commands that wait.
   *
   * @throws {StoreOverloaded} the queue is full; nothing was appended
   * @throws {StoreUnavailable} Postgres did not answer; the event was appended once or not at all
   */
  append: (append: Append) => Promise<AppendOutcome>;
  /** An order up to a version; `undefined` when the tenant has no such order. */
  readState: (tenancy: Tenancy, orderId: string, upToVersion?: number) => Promise<FoldedOrder | undefined>;
  /** An order, `null` without one, and the event that holds a key, in its stream or elsewhere. */
  readForCommand: (
    tenancy: Tenancy,
    orderId: string,
    idempotencyKey: string,
  ) => Promise<{ state: OrderState | null; holder: StoredEvent | undefined }>;
  /** The event that holds a key of a tenant. */
  readKey: (tenancy: Tenancy, idempotencyKey: string) => Promise<StoredEvent | undefined>;
  /** The event that holds a claim of a tenant. */
  readClaim: (tenancy: Tenancy, claim: string) => Promise<StoredEvent | undefined>;
  /** Resolves when each submitted append has its outcome, and no snapshot is being written. */
  drained: () => Promise<void>;
}

const readHolder = statement('log/read-key', storedRow);
const readClaimHolder = statement('log/read-claim', storedRow);

/** The largest `integer` of Postgres. */
const VERSION_MAX = 2_147_483_647;
/** Larger batches append no faster, and make later commands wait longer. */
const BATCH_COMMANDS_MAX = 256;
/** Of one tenant, while others append too: their orders wait for the batch that is under way. */
const SHARED_COMMANDS_MIN = 12;
const SHARED_COMMANDS_MAX = 48;
const SHARED_BATCH_MS = 4;
const APPEND_TIMEOUT_MS = 5_000;

export interface OrderLogOptions {
  pool: DatabasePool;
  /** For the appends; without it, they use the pool. */
  appendPool?: DatabasePool;
  /** For the reads; without it, they use the pool. */
  connections?: TenantConnections;
  /** Seals and opens personal data; without it, it is stored in the clear. */
  personal?: PersonalData;
  /** Commands that may wait, for each partition; shared between its tenants. */
  capacity: number;
  /** Time for one append statement. */
  timeoutMs?: number;
}

/** What is unique in a batch; append-events.sql relies on it. */
function claimsOf({ tenantId, idempotency_key, order_id, version, number, claim }: Append): string[] {
  const claims = [`${tenantId} ${idempotency_key}`, `${order_id} ${version}`];
  if (typeof number === 'string') claims.push(`number ${tenantId} ${number}`);
  if (typeof claim === 'string') claims.push(`claim ${tenantId} ${claim}`);
  return claims;
}

export function createOrderLog({
  pool,
  appendPool = pool,
  connections = { of: () => pool },
  personal = createPersonalData(pool, createKeyring([])),
  capacity,
  timeoutMs = APPEND_TIMEOUT_MS,
}: OrderLogOptions): OrderLog {
  const writers = new Map<number, GroupCommit<Append, AppendOutcome>>();
  const states = createOrderStates({ pool, connections, personal });

  const writerOf = (partition: number) => {
    let writer = writers.get(partition);
    if (writer === undefined) {
      writer = createGroupCommit({
        write: (batch: Append[]) => appendBatch(appendPool, partition, batch, personal),
        claims: claimsOf,
        tenantOf: ({ tenantId }) => tenantId,
        capacity,
        batchItemsMax: BATCH_COMMANDS_MAX,
        share: createBatchShare({
          itemsMin: SHARED_COMMANDS_MIN,
          itemsMax: SHARED_COMMANDS_MAX,
          targetMs: SHARED_BATCH_MS,
        }),
        timeoutMs,
        onWait: (waitMs) => appendWait.observe(waitMs / 1_000),
      });
      writers.set(partition, writer);
    }
    return writer;
  };

  async function opened(
    partition: number,
    row: z.output<typeof storedRow> | null,
  ): Promise<StoredEvent | undefined> {
    return row === null ? undefined : (await personal.openEvents(partition, [toStoredEvent(row)]))[0];
  }

  return {
    async append(append) {
      appendQueueLength.inc();
      const span = startSpan('append', { kind: 'internal', parent: append.traceparent });
      try {
        const outcome = await writerOf(append.partition).submit(append);
        appendOutcomes.inc({ outcome: outcome.kind });
        endSpan(span, { 'holdfast.outcome': outcome.kind, 'holdfast.event_type': append.event.type });
        return outcome;
      } catch (error) {
        const outcome = error instanceof StoreOverloaded ? 'shed' : 'failed';
        appendOutcomes.inc({ outcome });
        endSpan(span, { 'holdfast.outcome': outcome }, outcome);
        throw error;
      } finally {
        appendQueueLength.dec();
      }
    },
    async readState(tenancy, orderId, upToVersion = VERSION_MAX) {
      return (await states.read(tenancy, orderId, upToVersion, null)).folded;
    },
    async readForCommand(tenancy, orderId, idempotencyKey) {
      const { folded, holder } = await states.read(tenancy, orderId, VERSION_MAX, idempotencyKey);
      return { state: folded?.state ?? null, holder };
    },
    async readKey({ partition, tenantId }, idempotencyKey) {
      const row = await reachable(
        connections.of(tenantId).maybeOne(readHolder(idempotencyKey, tenantId, partition)),
      );
      return opened(partition, row);
    },
    async readClaim({ partition, tenantId }, claim) {
      const row = await reachable(
        connections.of(tenantId).maybeOne(readClaimHolder(partition, tenantId, claim)),
      );
      return opened(partition, row);
    },
    async drained() {
      await Promise.all([...writers.values()].map((writer) => writer.drained()));
      await states.drained();
    },
  };
}
