/**
 * Public ids: a prefix of three letters and a UUID in hexadecimal, `ord_0199f2…`. Postgres keeps
 * the UUID.
 */

const PREFIX_LENGTH = 'ord_'.length;
const SYNTAX = /^[0-9a-f]{32}$/;

/** The public id of a UUID, with or without dashes. */
export function toId(prefix: string, uuid: string): string {
  return `${prefix}_${uuid.replaceAll('-', '')}`;
}

/** The UUID of a valid public id, as 32 hexadecimal digits. */
export function toUuid(id: string): string {
  return id.slice(PREFIX_LENGTH);
}

/** The UUID of a client's text; `undefined` when it is not an id with this prefix. */
export function parseId(prefix: string, text: string): string | undefined {
  const uuid = text.slice(prefix.length + 1);
  return text.startsWith(`${prefix}_`) && SYNTAX.test(uuid) ? uuid : undefined;
}
