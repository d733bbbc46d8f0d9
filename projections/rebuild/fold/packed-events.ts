/** Reads the log in the order of its positions, many events in one text. */
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { toRecordedEvent } from '../../../store/log/event-row.ts';
import { instantOf } from '../../../store/pool.ts';
import { statement } from '../../../store/statement.ts';
import { NOT_OF_ORDERS, type TenantEvent } from '../../projection.ts';

const packedRow = z.object({ last: z.int().nullable(), events: z.string().nullable() });
const readPacked = statement('projections/read-packed-events', packedRow);

const EVENT_SEPARATOR = '\u001e';
const COLUMN_SEPARATOR = '\u001f';

/** Bounds of one run, and the events that it leaves out. */
export interface RunBounds {
  /** Events behind this position. */
  after: number;
  /** Up to this position. */
  upTo: number;
  eventsMax: number;
  /** The run ends with the event that exceeds this. */
  bytesMax: number;
  /** Positions, as a Postgres array. */
  skipped: string;
}

/** @returns the next events, and the position of the last one, also if it is left out */
export async function readRun(
  connection: CommonQueryMethods,
  partition: number,
  { after, upTo, eventsMax, bytesMax, skipped }: RunBounds,
): Promise<{ last: number | null; events: string | null }> {
  return connection.one(readPacked(partition, after, upTo, eventsMax, bytesMax, skipped));
}

/**
 * Parses the events of a run.
 *
 * @throws {UnknownEventError}
 */
export function* unpack(packed: string): Generator<TenantEvent> {
  let tenant = '';
  let lastTime = '';
  let lastInstant = '';
  for (const text of packed.split(EVENT_SEPARATOR)) {
    const columns = text.split(COLUMN_SEPARATOR) as Columns;
    const [position, tenantId, order_id, event_id, version, type, schemaVersion, time] = columns;
    const [, , , , , , , , keyId, number, data] = columns;
    if (NOT_OF_ORDERS.has(type)) continue;
    if (tenantId !== tenant) tenant = detached(tenantId);
    if (time !== lastTime) [lastTime, lastInstant] = [time, instantOf(time)];
    const event = toRecordedEvent({
      position: Number(position),
      event_id,
      order_id,
      version: Number(version),
      type,
      schema_version: Number(schemaVersion),
      data,
      recorded_at: lastInstant,
      key_id: keyId === '' ? null : keyId,
      number: number === '' ? null : detached(number),
    });
    yield Object.assign(event, { tenant_id: tenant });
  }
}

type Columns = [string, string, string, string, string, string, string, string, string, string, string];

/** A copy: V8 keeps the whole text of a run for each part of it that a row holds. */
const detached = (part: string): string => Buffer.from(part).toString();

/** Positions up to `upTo` that a projection has skipped, as a Postgres array. */
export async function readSkipped(
  connection: CommonQueryMethods,
  partition: number,
  projection: string,
  upTo: number,
): Promise<string> {
  return connection.oneFirst(sql.type(z.object({ skipped: z.string() }))`
    SELECT coalesce(array_agg(position), '{}')::text AS skipped
      FROM projection_skips
     WHERE partition = ${partition} AND projection = ${projection} AND position <= ${upTo}`);
}
