import { EVENT_SCHEMAS } from './events.ts';

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
