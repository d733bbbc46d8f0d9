/**
 * Public ids: a prefix of three letters and a UUID in hexadecimal, `ord_0199f2…`. Postgres keeps
 * the UUID.
 */

const PREFIX_LENGTH = 'ord_'.length;
const SYNTAX = /^[0-9a-f]{32}$/;

const UUID_LENGTH = 36;

/** The public id of a UUID, with or without dashes. Each order needs some ten: slices are quick. */
export function toId(prefix: string, uuid: string): string {
  if (uuid.length !== UUID_LENGTH) return `${prefix}_${uuid}`;
  const start = uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18);
  return `${prefix}_${start}${uuid.slice(19, 23)}${uuid.slice(24)}`;
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
