/**
 * Upcasters: bring stored events of older schema versions to the current one, on read. The log is
 * never rewritten.
 *
 * An upcaster is pure and goes from version n to n + 1. A value that it adds must have been true
 * when the event was written.
 */
import { EVENT_SCHEMAS, type EventType, type OrderEvent } from './events.ts';

type Data = Record<string, unknown>;
export type Upcaster = (data: Data) => Data;

/** By event type, from version 1 on: the first upcaster returns version 2. */
export type Upcasters = Partial<Record<string, readonly Upcaster[]>>;

const unchanged: Upcaster = (data) => data;

/** Version 2 added members that are absent when an order does not use them. */
const UPCASTERS: Upcasters = {
  OrderPlaced: [unchanged],
  OrderUpdated: [unchanged],
  PaymentRecorded: [unchanged],
  RefundRecorded: [unchanged],
  ItemsShipped: [unchanged],
  ItemsReturned: [unchanged],
  OrderCancelled: [unchanged],
  OrderCompleted: [unchanged],
};

/** The type or version of an event is newer than this release. */
export class UnknownEventError extends Error {
  override name = 'UnknownEventError';
}

/** The error of an event whose type or schema version this release does not know. */
export const newerEvent = (type: string, schemaVersion: number): UnknownEventError =>
  new UnknownEventError(`${type} of schema version ${schemaVersion} is not known to this release`);

/**
 * The event at the current version of its schema.
 *
 * @param versions current version by type
 * @throws {UnknownEventError}
 */
export function upcast(
  type: string,
  schemaVersion: number,
  data: unknown,
  upcasters: Upcasters = UPCASTERS,
  versions: Record<string, { version: number }> = EVENT_SCHEMAS,
): OrderEvent {
  const current = Object.hasOwn(versions, type) ? versions[type]?.version : undefined;
  if (current === undefined || schemaVersion > current) throw newerEvent(type, schemaVersion);
  let upcasted = data as Data;
  for (let version = schemaVersion; version < current; version += 1) {
    const upcaster = upcasters[type]?.[version - 1];
    if (upcaster === undefined)
      throw new UnknownEventError(`${type} has no upcaster from version ${version}`);
    upcasted = upcaster(upcasted);
  }
  return { type: type as EventType, data: upcasted } as OrderEvent;
}

/**
 * The newest schema version that this release knows, by event type. SQL statements get it as JSON:
 * they leave out events that only a newer release can read.
 */
export const knownEvents = (): string =>
  JSON.stringify(
    Object.fromEntries(Object.entries(EVENT_SCHEMAS).map(([type, { version }]) => [type, version])),
  );

/** Whether this release knows a type of event at a schema version. */
export const isKnownEvent = (type: string, schemaVersion: number): boolean =>
  Object.hasOwn(EVENT_SCHEMAS, type) &&
  schemaVersion <= EVENT_SCHEMAS[type as keyof typeof EVENT_SCHEMAS].version;
