/**
 * Addresses behind which a pooler gives each transaction another session of Postgres, as PgBouncer
 * does in transaction mode, and the address of the same database that bypasses it. `LISTEN`, the
 * lease of the primary, migrations and appends go there.
 */
const directUrls = new Map<string, string>();

/** Says, for the whole process, that a pooler shares the sessions behind an address. */
export const noteDirectAddress = (databaseUrl: string, directUrl: string): void =>
  void directUrls.set(databaseUrl, directUrl);

/** The address that leads to Postgres itself: the same one, unless another was noted. */
export const directAddressOf = (databaseUrl: string): string => directUrls.get(databaseUrl) ?? databaseUrl;

export const hasSharedSessions = (databaseUrl: string): boolean => directUrls.has(databaseUrl);
