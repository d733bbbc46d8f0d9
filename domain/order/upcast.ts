/**
 * Stored events of older schema versions, brought up to the current one when they are read. The log itself is never rewritten.
 *
 * An upcaster is pure and takes one step, from version n to n + 1; the steps of a type stand in their order. What a step fills in must be
 * what was true when the event was written, not what is true now.
 */
import { EVENT_SCHEMAS, type EventType, type OrderEvent } from './events.ts';

type Data = Record<string, unknown>;
export type Upcaster = (data: Data) => Data;

/** For each type, the steps from version 1 on: the first makes version 2 of version 1, and so on. */
export type Upcasters = Partial<Record<string, readonly Upcaster[]>>;

/** No event has had a second version yet. */
const UPCASTERS: Upcasters = {};

/** An event of a type or a version that this release does not know; a newer release wrote it. */
export class UnknownEventError extends Error {
  override name = 'UnknownEventError';
}

/**
 * Brings a stored event's data to the current version of its schema.
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
  if (current === undefined || schemaVersion > current) {
    throw new UnknownEventError(`${type} of schema version ${schemaVersion} is not known to this release`);
  }
  let upcasted = data as Data;
  for (let version = schemaVersion; version < current; version += 1) {
    const step = upcasters[type]?.[version - 1];
    if (step === undefined) throw new UnknownEventError(`${type} has no upcaster from version ${version}`);
    upcasted = step(upcasted);
  }
  return { type: type as EventType, data: upcasted } as OrderEvent;
}
