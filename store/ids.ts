/**
 * Public ids are a prefix and a UUID in hexadecimal (`ord_0199f2…`); Postgres keeps the UUID alone.
 */

const SYNTAX = /^[0-9a-f]{32}$/;

/**
 * The UUID of a public id, as Postgres reads it, or `undefined` when it is not an id of that kind.
 */
export function toUuid(prefix: string, id: string): string | undefined {
  const hex = id.slice(prefix.length + 1);
  return id.startsWith(`${prefix}_`) && SYNTAX.test(hex) ? hex : undefined;
}

/** The public id of a UUID, dashes or not. */
export function toId(prefix: string, uuid: string): string {
  return `${prefix}_${uuid.replaceAll('-', '')}`;
}
