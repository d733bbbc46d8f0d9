/**
 * The schemas of the installation that this process serves: one for its tables and functions, and
 * one for each kind of shadow tables beside it. Another installation in the same database has
 * others, and so other locks and channels.
 */
import { hash } from 'node:crypto';
import { DEFAULT_SCHEMA } from '../../platform/settings/schema-name.ts';

/** The tables that are read, or shadow tables: see `projections/rebuild/shadow-table.ts`. */
export type TableSet = 'live' | 'rebuild' | 'previous' | 'audit';

/** The only schema of earlier releases, whose nodes may run beside this one. */
export const OLD_SCHEMA = 'public';

let live = DEFAULT_SCHEMA;

/** Says, for the whole process, which installation it serves. */
export const useSchema = (schema: string): void => void (live = schema);

/** The name in SQL. It never needs quotes. */
export const schemaOf = (set: TableSet): string => (set === 'live' ? live : `${prefix()}_${set}`);

const prefix = () => (live === OLD_SCHEMA ? 'holdfast' : live);

/** The name of a lock or a channel. As earlier releases spell it, where their nodes may run. */
export const ownName = (name: string): string => (live === OLD_SCHEMA ? name : `${name}_${live}`);

/** The number of an advisory lock: as it is, or 48 bits that no other schema has. */
export const ownLock = (number: number): number =>
  live === OLD_SCHEMA ? number : Number.parseInt(hash('sha256', `${number} ${live}`).slice(0, 12), 16);
