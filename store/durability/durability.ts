/**
 * How safe an acknowledged write is: what Postgres does before it answers a COMMIT, by its settings
 * (https://www.postgresql.org/docs/current/runtime-config-wal.html).
 */
import { z } from 'zod';
import { type DurabilityLevel, isAtLeast } from '../../platform/settings/durability.ts';

/** The settings that decide, as one connection has them. */
const facts = z.object({
  fsync: z.enum(['on', 'off']),
  full_page_writes: z.enum(['on', 'off']),
  synchronous_commit: z.enum(['off', 'local', 'remote_write', 'on', 'remote_apply']),
  /** Whether `synchronous_standby_names` names a standby that commits wait for. */
  has_synchronous_standby: z.boolean(),
  in_recovery: z.boolean(),
  read_only: z.boolean(),
});
export type DurabilityFacts = z.output<typeof facts>;

/**
 * An SQL expression for the facts, as JSON text. Without WAL senders Postgres waits for no standby,
 * whatever `synchronous_standby_names` says.
 */
export const DURABILITY_FACTS = `pg_catalog.json_build_object(
  'fsync', pg_catalog.current_setting('fsync'),
  'full_page_writes', pg_catalog.current_setting('full_page_writes'),
  'synchronous_commit', pg_catalog.current_setting('synchronous_commit'),
  'has_synchronous_standby', pg_catalog.btrim(pg_catalog.current_setting('synchronous_standby_names')) <> ''
                             AND pg_catalog.current_setting('max_wal_senders')::integer > 0,
  'in_recovery', pg_catalog.pg_is_in_recovery(),
  'read_only', pg_catalog.current_setting('transaction_read_only') = 'on')::text`;

export const parseFacts = (text: string): DurabilityFacts => facts.parse(JSON.parse(text));

/** Settings without which a crash of the host loses or damages acknowledged writes. */
export function faultsOf({ fsync, full_page_writes, synchronous_commit }: DurabilityFacts): string[] {
  return Object.entries({ fsync, full_page_writes, synchronous_commit })
    .filter(([, value]) => value === 'off')
    .map(([name]) => `${name} is off`);
}

const REMOTE_LEVELS = {
  remote_write: 'remote_write',
  on: 'remote_flush',
  remote_apply: 'remote_apply',
} as const;

/** The level that is in force. */
export function levelOf(found: DurabilityFacts): DurabilityLevel {
  if (faultsOf(found).length > 0) return 'none';
  const { synchronous_commit: mode, has_synchronous_standby } = found;
  return has_synchronous_standby && mode in REMOTE_LEVELS
    ? REMOTE_LEVELS[mode as keyof typeof REMOTE_LEVELS]
    : 'local';
}

/** Whether a write of this level waits for a synchronous standby. */
export const needsStandby = (required: DurabilityLevel | undefined): boolean =>
  required !== undefined && isAtLeast(required, 'remote_write');

/** The modes of `synchronous_commit` that are too low for a level, and the one that is enough. */
const RAISES: Partial<Record<DurabilityLevel, readonly [mode: string, ...tooLow: string[]]>> = {
  remote_write: ['remote_write', 'off', 'local'],
  remote_flush: ['on', 'off', 'local', 'remote_write'],
  remote_apply: ['remote_apply', 'off', 'local', 'remote_write', 'on'],
};

/**
 * SQL that raises `synchronous_commit` of the session to what a level needs; `undefined` for a
 * level that needs no standby.
 */
export function raiseCommitMode(level: DurabilityLevel | undefined): string | undefined {
  const [mode, ...tooLow] = (level && RAISES[level]) ?? [];
  if (mode === undefined) return undefined;
  return `SELECT pg_catalog.set_config('synchronous_commit', '${mode}', false)
           WHERE pg_catalog.current_setting('synchronous_commit') IN (${tooLow.map((each) => `'${each}'`).join(', ')})`;
}
