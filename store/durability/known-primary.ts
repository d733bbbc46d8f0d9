/**
 * Which Postgres this process takes for the primary. After a failover some of its connections may
 * still lead to the old one, and what one Postgres showed must not be confirmed by another.
 *
 * A promotion makes a new timeline, so of two servers of one system the one on the higher timeline
 * is the newer primary (https://www.postgresql.org/docs/current/continuous-archiving.html).
 */
import type { Logger } from '../../platform/logger.ts';
import { StoreUnavailable } from '../unavailable.ts';

/** An SQL expression, as text: system identifier and timeline, such as `7301/00000002`. */
export const PRIMARY_IDENTITY = `(
  SELECT system_identifier FROM pg_catalog.pg_control_system()) || '/' || CASE
    WHEN pg_catalog.pg_is_in_recovery() THEN ''
    ELSE pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 8)
  END`;

/** A connection leads to a Postgres that another one has replaced as the primary. */
export class OldPrimary extends StoreUnavailable {
  override name = 'OldPrimary';
}

export interface KnownPrimary {
  /** When another primary replaced one that this process knew, by `performance.now()`. */
  changedMs: () => number;
  /**
   * Notes where a connection leads.
   *
   * @throws {OldPrimary}
   */
  note: (identity: string) => void;
  /** Calls `end` once, when another primary replaces the present one. @returns forgets it */
  onChange: (end: () => void) => () => void;
}

export function createKnownPrimary(log: Logger): KnownPrimary {
  let known: string | undefined;
  let changedMs = Number.NEGATIVE_INFINITY;
  const ends = new Set<() => void>();

  return {
    changedMs: () => changedMs,
    note(identity) {
      if (identity === known) return;
      const before = known;
      if (before !== undefined && isOlder(identity, before))
        throw new OldPrimary(`${identity} was replaced as the primary by ${before}`);
      known = identity;
      if (before === undefined) return;
      changedMs = performance.now();
      log.warn({ primary: identity, before }, 'another Postgres is the primary');
      const ended = [...ends];
      ends.clear();
      for (const end of ended) end();
    },
    onChange(end) {
      ends.add(end);
      return () => void ends.delete(end);
    },
  };
}

/** Timelines are compared as texts: each has eight hexadecimal digits. */
function isOlder(identity: string, known: string): boolean {
  const [system, timeline = ''] = identity.split('/');
  const [knownSystem, knownTimeline = ''] = known.split('/');
  return system === knownSystem && timeline < knownTimeline;
}
