/** The name of a schema in HOLDFAST_SCHEMA: one that SQL never needs to quote. */

/** The schema of a new installation, unless HOLDFAST_SCHEMA names another one. */
export const DEFAULT_SCHEMA = 'holdfast';

/** Postgres cuts names off at 63 bytes, and `_previous` and names of locks come behind it. */
const NAME_LENGTH_MAX = 40;
/** `pg_` is of Postgres; the endings are of the schemas of shadow tables. */
const RESERVED = /^pg_|^information_schema$|_(?:rebuild|previous|audit)$/;

export const SCHEMA_NAME_EXPECTED = `must be a name of 1 to ${NAME_LENGTH_MAX} of a-z 0-9 _ that begins with a letter; not pg_…, and not …_rebuild, …_previous or …_audit`;

/** @returns `undefined` for another text */
export const parseSchemaName = (text: string): string | undefined =>
  /^[a-z][a-z0-9_]*$/.test(text) && text.length <= NAME_LENGTH_MAX && !RESERVED.test(text) ? text : undefined;
