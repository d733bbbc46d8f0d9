/**
 * Public ids: a prefix and a UUID in hexadecimal (`ord_0199f2…`). Postgres stores the UUID alone.
 */

const SYNTAX = /^[0-9a-f]{32}$/;

/** @returns the UUID of a public id, for Postgres; `undefined` when the id has another form */
export function toUuid(prefix: string, id: string): string | undefined {
  const hex = id.slice(prefix.length + 1);
  return id.startsWith(`${prefix}_`) && SYNTAX.test(hex) ? hex : undefined;
}

/** @returns the public id of a UUID, with or without dashes */
export function toId(prefix: string, uuid: string): string {
  return `${prefix}_${uuid.replaceAll('-', '')}`;
}
