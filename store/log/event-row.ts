/** Rows of the table `events`, and the events that they record. */
import { z } from 'zod';
import type { RecordedEvent } from '../../domain/order/events.ts';
import { upcast } from '../../domain/order/upcast.ts';
import { toId } from '../ids.ts';
import type { DataKey } from '../personal/sealing.ts';

export const recordedRow = z.object({
  position: z.int(),
  event_id: z.uuid(),
  order_id: z.uuid(),
  version: z.int(),
  type: z.string(),
  schema_version: z.int(),
  data: z.string(),
  recorded_at: z.string(),
  key_id: z.uuid().nullable(),
  number: z.string().nullable(),
});

export const storedRow = recordedRow.extend({
  fingerprint: z.instanceof(Buffer),
  idempotency_key: z.string(),
});

/** An event with its position and the command that it comes from. */
export type StoredEvent = RecordedEvent & {
  position: number;
  idempotency_key: string;
  /** SHA-256 of the request; of one with sealed members, see `keyedFingerprint`. */
  fingerprint: Buffer;
  /** Of its personal members, once they were opened. */
  data_key?: DataKey;
};

/**
 * The event of a row, at the current version of its schema.
 *
 * @throws {UnknownEventError}
 */
export function toRecordedEvent(row: z.output<typeof recordedRow>): RecordedEvent & { position: number } {
  return {
    position: row.position,
    event_id: toId('evt', row.event_id),
    order_id: toId('ord', row.order_id),
    version: row.version,
    recorded_at: row.recorded_at,
    key_id: row.key_id === null ? null : toId('key', row.key_id),
    number: row.number,
    bytes: Buffer.byteLength(row.data),
    ...upcast(row.type, row.schema_version, JSON.parse(row.data)),
  };
}

/** @throws {UnknownEventError} */
export function toStoredEvent(row: z.output<typeof storedRow>): StoredEvent {
  const { idempotency_key, fingerprint } = row;
  return { ...toRecordedEvent(row), idempotency_key, fingerprint };
}
